//! Sorting without a copy of the sorting algorithm for every type: each would cost kilobytes in the page.

/// The items in the order of their keys, which must fit into 40 bits; equal ones stay in order. At most 2^24 items.
pub(super) fn by_key<T>(items: Vec<T>, key: impl Fn(&T) -> u64) -> Vec<T> {
    let mut keys: Vec<u64> = items.iter().zip(0u64..).map(|(item, i)| (key(item) << 24) | i).collect();
    keys.sort_unstable();
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    keys.iter().filter_map(|k| items[(k & 0xff_ffff) as usize].take()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn equal_keys_stay_in_order() {
        assert_eq!(super::by_key(vec!["bb", "a", "cc", "d"], |s| s.len() as u64), ["a", "d", "bb", "cc"]);
    }
}
