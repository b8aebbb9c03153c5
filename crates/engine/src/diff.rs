//! The difference between two JSON texts as a JSON Patch (RFC 6902). Must not know what the texts
//! are about.
//!
//! It works on the texts themselves: what is equal byte for byte is skipped, and nothing is parsed
//! into a tree. Two spellings of one value (`1` and `1.0`) count as a difference, which costs an
//! operation and is never wrong. The names in an object must be unique, as those of every struct,
//! map and `serde_json::Value` are.

use std::borrow::Cow;
use std::collections::HashMap;

/// The operations that make `new` of `old`, as a JSON array; empty when the texts are equal. Both
/// must be valid JSON.
///
/// A part is replaced as a whole where that is shorter than to say what changed inside.
pub(crate) fn diff(old: &str, new: &str) -> String {
    let mut patch = Patch { out: String::from("["), path: String::new() };
    patch.compare(old.trim(), new.trim());
    patch.out.push(']');
    patch.out
}

struct Patch {
    out: String,
    /// Where we are: a JSON pointer, spelled as inside a JSON string.
    path: String,
}

impl Patch {
    fn compare(&mut self, old: &str, new: &str) {
        if old == new {
            return;
        }
        let start = self.out.len();
        match (old.as_bytes().first(), new.as_bytes().first()) {
            (Some(b'{'), Some(b'{')) => self.compare_objects(old, new),
            (Some(b'['), Some(b'[')) => self.compare_arrays(old, new),
            _ => return self.operation("replace", Some(new)),
        }
        let whole = r#",{"op":"replace","path":"","value":}"#.len() + self.path.len() + new.len();
        if self.out.len() - start > whole {
            self.out.truncate(start);
            self.operation("replace", Some(new));
        }
    }

    fn compare_objects(&mut self, old: &str, new: &str) {
        let (mut old, mut new) = (Parts::of(old), Parts::of(new));
        // As long as the names come in the same order, which they nearly always do.
        let (mut gone, mut come) = (old.member(), new.member());
        while let (Some((name, before)), Some((same, after))) = (gone, come)
            && name == same
        {
            self.at(&escaped(name), |patch| patch.compare(before, after));
            (gone, come) = (old.member(), new.member());
        }
        let mut before: HashMap<&str, &str> = HashMap::new();
        while let Some((name, value)) = gone {
            before.insert(name, value);
            gone = old.member();
        }
        let mut after = Vec::new();
        while let Some((name, value)) = come {
            after.push((name, before.remove(name), value));
            come = new.member();
        }
        let mut gone: Vec<&str> = before.into_keys().collect();
        gone.sort_unstable();
        for name in gone {
            self.at(&escaped(name), |patch| patch.operation("remove", None));
        }
        for (name, before, value) in after {
            self.at(&escaped(name), |patch| match before {
                Some(before) => patch.compare(before, value),
                None => patch.operation("add", Some(value)),
            });
        }
    }

    /// What is equal at both ends stays; between, elements change in their places, and what one
    /// array has more than the other goes or comes behind them.
    fn compare_arrays(&mut self, old: &str, new: &str) {
        let (old, new) = (Parts::of(old).elements(), Parts::of(new).elements());
        let head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
        let (old, new) = (&old[head..], &new[head..]);
        let pairs = old.iter().rev().zip(new.iter().rev());
        let tail = pairs.take_while(|(one, other)| one == other).count();
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        for (index, (before, after)) in (head..).zip(old.iter().zip(new)) {
            self.at(&index.to_string(), |patch| patch.compare(before, after));
        }
        let both = old.len().min(new.len());
        for index in (head + both..head + old.len()).rev() {
            self.at(&index.to_string(), |patch| patch.operation("remove", None));
        }
        for (index, value) in (head + both..).zip(&new[both..]) {
            self.at(&index.to_string(), |patch| patch.operation("add", Some(value)));
        }
    }

    fn at(&mut self, step: &str, compare: impl FnOnce(&mut Self)) {
        let here = self.path.len();
        self.path.push('/');
        self.path.push_str(step);
        compare(self);
        self.path.truncate(here);
    }

    fn operation(&mut self, name: &str, value: Option<&str>) {
        let Self { out, path } = self;
        let comma = if out.len() > 1 { "," } else { "" };
        for part in [comma, r#"{"op":""#, name, r#"","path":""#, path, "\""] {
            out.push_str(part);
        }
        if let Some(value) = value {
            out.push_str(r#","value":"#);
            out.push_str(value);
        }
        out.push('}');
    }
}

/// A step of a JSON pointer, from the name of a member as it is spelled between its quotes.
fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(['~', '/', '\\']) {
        return name.into();
    }
    let quoted = format!("\"{name}\"");
    let plain: String = serde_json::from_str(&quoted).expect("a name is a JSON string");
    let escaped = plain.replace('~', "~0").replace('/', "~1");
    let quoted = serde_json::to_string(&escaped).expect("a string is JSON");
    quoted[1..quoted.len() - 1].to_owned().into()
}

/// Walks over the members of an object, or the elements of an array.
struct Parts<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parts<'a> {
    /// Of a text that begins with a bracket.
    const fn of(text: &'a str) -> Self {
        Self { text, at: 1 }
    }

    /// The next name, as it is spelled between its quotes, and its value.
    fn member(&mut self) -> Option<(&'a str, &'a str)> {
        let quoted = self.value()?;
        let value = self.value()?;
        Some((&quoted[1..quoted.len() - 1], value))
    }

    fn elements(mut self) -> Vec<&'a str> {
        std::iter::from_fn(|| self.value()).collect()
    }

    /// The next value; the marks between values say nothing here.
    fn value(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        while matches!(bytes[self.at], b',' | b':' | b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        let start = self.at;
        self.at = match bytes[start] {
            b'}' | b']' => return None,
            b'"' => string_end(bytes, start),
            b'{' | b'[' => container_end(bytes, start),
            _ => scalar_end(bytes, start),
        };
        Some(&self.text[start..self.at])
    }
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn container_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0u32);
    loop {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
}

fn scalar_end(bytes: &[u8], start: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r');
    start + bytes[start..].iter().take_while(|byte| !ends(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::diff;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn check(old: &Value, new: &Value) -> Vec<(String, String)> {
        let text = diff(&old.to_string(), &new.to_string());
        let operations: json_patch::Patch = serde_json::from_str(&text).expect(&text);
        let mut made = old.clone();
        json_patch::patch(&mut made, &operations).expect(&text);
        assert_eq!(made, *new, "{text}");
        let named: Vec<Value> = serde_json::from_str(&text).unwrap();
        let word = |operation: &Value, field: &str| operation[field].as_str().unwrap().to_owned();
        named.iter().map(|one| (word(one, "op"), word(one, "path"))).collect()
    }

    fn ops(old: &Value, new: &Value) -> Vec<String> {
        check(old, new).into_iter().map(|(op, path)| format!("{op} {path}")).collect()
    }

    const LONG: &str = "so long that nobody would like to send it twice over a slow network";

    #[test]
    fn nothing_of_equals() {
        assert!(ops(&json!({ "a": [1, "x"] }), &json!({ "a": [1, "x"] })).is_empty());
    }

    #[test]
    fn members_change_go_and_come() {
        let old = json!({ "long": LONG, "a": 1, "b": { "c": null, "long": LONG }, "z": true });
        let new = json!({ "long": LONG, "a": 2, "b": { "c": [], "long": LONG }, "n": "\"}" });
        assert_eq!(ops(&old, &new), ["replace /a", "replace /b/c", "remove /z", "add /n"]);
    }

    #[test]
    fn a_card_leaves_a_hand_by_one_operation() {
        let old = json!({ "hand": ["2C", "5C", "9D", "TH", "KS"], "long": LONG });
        let new = json!({ "hand": ["2C", "5C", "TH", "KS"], "long": LONG });
        assert_eq!(ops(&old, &new), ["remove /hand/2"]);
        assert_eq!(ops(&new, &old), ["add /hand/2"]);
    }

    #[test]
    fn what_is_shorter_as_a_whole_is_replaced_as_a_whole() {
        let old = json!({ "bids": [1, 2, 3, 4], "long": LONG });
        let new = json!({ "bids": [null, null, null, null], "long": LONG });
        assert_eq!(ops(&old, &new), ["replace /bids"]);
        assert_eq!(ops(&json!({ "a": 1 }), &json!({ "b": 2 })), ["replace "]);
    }

    #[test]
    fn names_are_escaped_as_pointers_and_as_strings() {
        let old = json!({ "a/b": 1, "m~n": 1, "say \"hi\"": 1, "back\\slash": 1, "é": 1, "": 1, "l": LONG.repeat(9) });
        let mut new = old.clone();
        for name in ["a/b", "m~n", "say \"hi\"", "back\\slash", "é", ""] {
            new[name] = json!(LONG);
        }
        let mut paths = ops(&old, &new);
        paths.sort();
        let expected = ["/", "/a~1b", "/back\\slash", "/m~0n", "/say \"hi\"", "/é"];
        assert_eq!(paths, expected.map(|path| format!("replace {path}")));
    }

    #[test]
    fn escapes_that_need_not_be_are_understood() {
        let old = format!(r#"{{"a\/b":1, "t\u007ex" :[1 , 2],"long":"{LONG}"}}"#);
        let new = format!(r#"{{"a\/b":2, "t\u007ex" :[1 , 3],"long":"{LONG}"}}"#);
        let operations: json_patch::Patch = serde_json::from_str(&diff(&old, &new)).unwrap();
        let mut made: Value = serde_json::from_str(&old).unwrap();
        json_patch::patch(&mut made, &operations).unwrap();
        assert_eq!(made, serde_json::from_str::<Value>(&new).unwrap());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3i64..3).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-c\"\\\\{}\\[\\]/~,:é\n]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let name = prop_oneof!["[a-c]", "[a-c\"\\\\/~]{0,3}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Puts something else at a place that `dice` choose.
    fn change(value: &mut Value, other: Value, dice: &mut impl Iterator<Item = usize>) {
        let die = dice.next().unwrap_or_default();
        match value {
            Value::Array(list) if !list.is_empty() => {
                let at = die / 4 % list.len();
                match die % 4 {
                    0 => drop(list.remove(at)),
                    1 => list.insert(at, other),
                    _ => change(&mut list[at], other, dice),
                }
            }
            Value::Object(members) if !members.is_empty() => {
                let name = members.keys().nth(die / 4 % members.len()).unwrap().clone();
                match die % 4 {
                    0 => drop(members.remove(&name)),
                    1 => drop(members.insert(format!("{name}a"), other)),
                    _ => change(members.get_mut(&name).unwrap(), other, dice),
                }
            }
            other_kind => *other_kind = other,
        }
    }

    proptest! {
        #[test]
        fn it_leads_from_any_text_to_any_other(old in any_json(), new in any_json()) {
            check(&old, &new);
        }

        #[test]
        fn it_follows_small_changes(
            old in any_json(),
            changes in prop::collection::vec((any_json(), prop::collection::vec(0usize..64, 6)), 1..4),
        ) {
            let mut new = old.clone();
            for (other, dice) in changes {
                change(&mut new, other, &mut dice.into_iter());
            }
            check(&old, &new);
        }
    }
}
