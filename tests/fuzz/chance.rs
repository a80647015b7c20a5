//! Texts made from other texts by chance, the same for the same seed.

/// How long a text may become, in bytes.
const LENGTH_MAX: usize = 20_000;

/// A source of chance: Vigna's SplitMix64.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below another.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
    /// One of the seeds, changed in one to eight places.
    pub fn changed(&mut self, seeds: &[String], words: &[&str]) -> String {
        let mut text = seeds[self.below(seeds.len())].clone();
        for _ in 0..1 + self.below(8) {
            let other = &seeds[self.below(seeds.len())];
            self.change(&mut text, other, words);
        }
        text.truncate(text.floor_char_boundary(LENGTH_MAX));
        text
    }
    fn change(&mut self, text: &mut String, other: &str, words: &[&str]) {
        const SIGNS: &[&str] = &[
            "\"",
            "'",
            "\\",
            "\n",
            "\t",
            " ",
            "{",
            "}",
            "[",
            "]",
            ":",
            "-",
            "#",
            "&",
            "*",
            "|",
            ">",
            "<",
            "!",
            "%",
            "@",
            "`",
            "$",
            "(",
            ")",
            ";",
            "=",
            ",",
            ".",
            "/",
            "~",
            "\u{0}",
            "\u{7f}",
            "é",
            "𝄞",
            "\u{202e}",
            "\r\n",
            "---\n",
            "...",
            "  ",
            "0",
            "-1",
            "1e999",
            "9223372036854775808",
            "null",
            "~",
            "yes",
        ];
        let (from, to) = self.span(text);
        match self.below(9) {
            0 => text.insert_str(from, self.pick(SIGNS)),
            1 | 2 if !words.is_empty() => {
                let word = self.pick(words);
                text.replace_range(from..to, word);
            }
            3 => text.replace_range(from..to, ""),
            4 => {
                let twice = text[from..to].to_owned();
                text.insert_str(to, &twice);
            }
            5 => {
                let (a, b) = self.span(other);
                text.insert_str(from, &other[a..b]);
            }
            6 => {
                let sign = self.pick(SIGNS).repeat(1 + self.below(300));
                text.insert_str(from, &sign);
            }
            7 => self.swap_lines(text),
            _ => text.replace_range(from..to, self.pick(SIGNS)),
        }
    }
    /// A stretch of a text, mostly a short one.
    fn span(&mut self, text: &str) -> (usize, usize) {
        let from = text.floor_char_boundary(self.below(text.len() + 1));
        let length = if self.below(4) == 0 { self.below(400) } else { self.below(12) };
        (from, text.floor_char_boundary((from + length).min(text.len())).max(from))
    }
    fn swap_lines(&mut self, text: &mut String) {
        let mut lines: Vec<&str> = text.split('\n').collect();
        let (a, b) = (self.below(lines.len()), self.below(lines.len()));
        lines.swap(a, b);
        *text = lines.join("\n");
    }
}
