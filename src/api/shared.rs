//! What is shared until it is written.

use std::rc::Rc;

/// What is shared, to be written: a copy of one's own if anybody else has it too. `Rc::make_mut` does the same, but looks
/// after the weak references that nobody here has, which costs the page a few hundred bytes for each type.
pub fn make_mut<T: Clone>(shared: &mut Rc<T>) -> &mut T {
    if Rc::get_mut(shared).is_none() {
        *shared = Rc::new(T::clone(shared));
    }
    Rc::get_mut(shared).expect("nobody else has the copy")
}
