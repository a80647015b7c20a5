//! The word that was probably meant.

/// The candidate nearest to a misspelt word, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    let most = (word.chars().count() / 3).clamp(1, 3);
    let scored = candidates.map(|c| (distance(&lower, &c.to_ascii_lowercase()), c));
    scored.filter(|(d, _)| *d <= most).min_by_key(|(d, _)| *d).map(|(_, c)| c)
}

/// How many letters must be added, taken away, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            if i == 0 || j == 0 {
                rows[i][j] = i + j;
                continue;
            }
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            rows[i][j] = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                rows[i][j] = rows[i][j].min(rows[i - 2][j - 2] + 1);
            }
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        let words = ["parallelism", "completions", "template", "image", "imagePullPolicy"];
        let cases = [
            ("paralelism", Some("parallelism")),
            ("Template", Some("template")),
            ("imgae", Some("image")),
            ("imagePulPolicy", Some("imagePullPolicy")),
            ("foo", None),
            ("", None),
        ];
        for (word, want) in cases {
            assert_eq!(nearest(word, words.into_iter()), want, "{word}");
        }
    }
}
