//! The test data's JSON, read fast: the manifest room reads it too, but keeps places that nobody needs here.

use podium::api::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

/// A file among the recordings, or none with a plain message.
pub fn recording(file: &str) -> Option<String> {
    let folder = std::env::var_os("PODIUM_CONFORMANCE").map(PathBuf::from);
    let folder =
        folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    let text = std::fs::read_to_string(folder.join(file)).ok();
    if text.is_none() {
        println!("skipped: {file} is not there");
    }
    text
}

/// Says what agrees with the recordings: `make conform` shows these lines alone.
pub fn tell(line: &str) {
    println!("conform: {line}");
}

/// Reads one JSON text. The data is our own, so a mistake in it is a panic.
pub fn parse(text: &str) -> Value {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let value = reader.value();
    reader.space();
    assert_eq!(reader.at, text.len(), "something follows the JSON text");
    value
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
    /// Takes the next letter if it is that one.
    fn takes(&mut self, letter: u8) -> bool {
        self.space();
        let is = self.text.get(self.at) == Some(&letter);
        self.at += usize::from(is);
        is
    }
    fn value(&mut self) -> Value {
        self.space();
        match self.text[self.at] {
            b'{' => {
                self.at += 1;
                let mut map = BTreeMap::new();
                while !self.takes(b'}') {
                    self.space();
                    let key = self.string();
                    assert!(self.takes(b':'), "a colon at {}", self.at);
                    map.insert(key.into(), self.value());
                    self.takes(b',');
                }
                Value::Map(Rc::new(map))
            }
            b'[' => {
                self.at += 1;
                let mut list = Vec::new();
                while !self.takes(b']') {
                    list.push(self.value());
                    self.takes(b',');
                }
                Value::List(Rc::new(list))
            }
            b'"' => self.string().into(),
            _ => self.word(),
        }
    }
    fn word(&mut self) -> Value {
        let from = self.at;
        while self.text.get(self.at).is_some_and(|c| !b",]} \t\r\n".contains(c)) {
            self.at += 1;
        }
        let word = std::str::from_utf8(&self.text[from..self.at]).expect("JSON is UTF-8");
        match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match word.parse() {
                Ok(n) => Value::Int(n),
                Err(_) => Value::Float(word.parse().unwrap_or_else(|_| panic!("no JSON: {word}"))),
            },
        }
    }
    fn string(&mut self) -> String {
        assert!(self.takes(b'"'), "a string at {}", self.at);
        let mut out = Vec::new();
        loop {
            let letter = self.text[self.at];
            self.at += 1;
            match letter {
                b'"' => return String::from_utf8(out).expect("JSON is UTF-8"),
                b'\\' => self.escape(&mut out),
                other => out.push(other),
            }
        }
    }
    fn escape(&mut self, out: &mut Vec<u8>) {
        let letter = self.text[self.at];
        self.at += 1;
        out.push(match letter {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let mut unit = self.unit();
                if (0xd800..0xdc00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
                    self.at += 2;
                    unit = 0x10000 + ((unit - 0xd800) << 10) + (self.unit() - 0xdc00);
                }
                let letter = char::from_u32(unit).unwrap_or('\u{fffd}');
                return out.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => other,
        });
    }
    fn unit(&mut self) -> u32 {
        let digits = std::str::from_utf8(&self.text[self.at..self.at + 4]).expect("JSON is UTF-8");
        self.at += 4;
        u32::from_str_radix(digits, 16).expect("four hexadecimal digits")
    }
}

#[test]
fn json_is_read_as_it_is_written() {
    let text = r#"{"a":[1,-2,{"b":null}],"c":"ä\"\\\n","d":true,"e":2.5}"#;
    assert_eq!(parse(text).to_json(), text);
    assert_eq!(parse(r#" [ "\u00e4\ud83d\ude00" , 1e3 ] "#).items()[0].as_str(), Some("ä😀"));
}
