//! [`Decode`]: reading plain data into typed structs, and the shape that says what may be there.
//!
//! The manifest room checks a [`Value`] against a [`Shape`] and reports every mistake with its place; after that,
//! decoding cannot fail, so it is a plain function. Fields that the simulation does not read stay in the value.

use super::{Text, Value};

/// What a field may hold. `Struct` and the like name their contents by function, so that shapes may be recursive.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A string.
    Str,
    /// A string that is one of these.
    Enum(&'static [&'static str]),
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A truth value.
    Bool,
    /// A whole number or a string, such as a port's number or name.
    IntOrString,
    /// A quantity: `500m`, `64Mi`, `2`.
    Quantity,
    /// A list of one shape.
    List(fn() -> Shape),
    /// A map from strings to one shape.
    Map(fn() -> Shape),
    /// A struct with these fields.
    Struct(&'static [Field]),
    /// Anything: kept, not read.
    Any,
}

/// One field of a struct.
#[derive(Clone, Copy)]
pub struct Field {
    /// The name in YAML.
    pub name: &'static str,
    /// What it may hold.
    pub shape: fn() -> Shape,
}

/// A type that can be read from plain data. Absent and null give the default.
pub trait Decode: Sized {
    /// What the data may be.
    fn shape() -> Shape;
    /// Reads the data. What does not fit reads as absent: the manifest room has refused it before.
    fn decode(value: &Value) -> Self;
}

impl Decode for Text {
    fn shape() -> Shape {
        Shape::Str
    }
    fn decode(value: &Value) -> Self {
        match value {
            Value::Str(s) => s.clone(),
            _ => Text::default(),
        }
    }
}
impl Decode for i32 {
    fn shape() -> Shape {
        Shape::Int32
    }
    fn decode(value: &Value) -> Self {
        value.as_int().unwrap_or(0) as i32
    }
}
impl Decode for i64 {
    fn shape() -> Shape {
        Shape::Int64
    }
    fn decode(value: &Value) -> Self {
        value.as_int().unwrap_or(0)
    }
}
impl Decode for bool {
    fn shape() -> Shape {
        Shape::Bool
    }
    fn decode(value: &Value) -> Self {
        value.as_bool().unwrap_or(false)
    }
}
impl Decode for Value {
    fn shape() -> Shape {
        Shape::Any
    }
    fn decode(value: &Value) -> Self {
        value.clone()
    }
}
impl<T: Decode> Decode for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn decode(value: &Value) -> Self {
        (!value.is_null()).then(|| T::decode(value))
    }
}
impl<T: Decode> Decode for Vec<T> {
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
    fn decode(value: &Value) -> Self {
        value.items().iter().map(T::decode).collect()
    }
}
impl<T: Decode> Decode for std::rc::Rc<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn decode(value: &Value) -> Self {
        std::rc::Rc::new(T::decode(value))
    }
}

/// Declares a struct that is read from plain data: each field names its place in the YAML and says what it does.
///
/// ```
/// podium::reads! {
///     /// A guest list.
///     pub struct Party {
///         /// Who comes.
///         pub guests: Vec<podium::api::Text> = "guests",
///     }
/// }
/// ```
#[macro_export]
macro_rules! reads {
    ($(#[$meta:meta])* pub struct $name:ident { $( $(#[doc = $doc:literal])* pub $field:ident : $ty:ty = $key:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name { $( $(#[doc = $doc])* pub $field: $ty, )* }
        impl $crate::api::Decode for $name {
            fn shape() -> $crate::api::Shape {
                const FIELDS: &[$crate::api::Field] = &[$( $crate::api::Field {
                    name: $key,
                    shape: <$ty as $crate::api::Decode>::shape,
                }, )*];
                $crate::api::Shape::Struct(FIELDS)
            }
            fn decode(value: &$crate::api::Value) -> Self {
                $name { $( $field: $crate::api::Decode::decode(value.get($key)), )* }
            }
        }
    };
}

/// Declares an enum that is read from a string; the first row is the default. Each row: variant and the API's word.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $first:ident = $first_word:literal, $( $variant:ident = $word:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum $name { #[default] $first, $( $variant, )* }
        impl $name {
            /// Every word of the API for this, in order.
            pub const WORDS: &'static [&'static str] = &[$first_word, $( $word, )*];
            /// The API's word.
            pub const fn word(self) -> &'static str { Self::WORDS[self as usize] }
        }
        impl $crate::api::Decode for $name {
            fn shape() -> $crate::api::Shape { $crate::api::Shape::Enum(Self::WORDS) }
            fn decode(value: &$crate::api::Value) -> Self {
                match value.as_str() { $( Some($word) => $name::$variant, )* _ => $name::$first }
            }
        }
    };
}
