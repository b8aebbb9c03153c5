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
    let mut patch = Patch { out: String::from("["), path: Vec::new() };
    patch.compare(&mut Cursor::at_start(old), &mut Cursor::at_start(new));
    patch.out.push(']');
    patch.out
}

struct Patch<'a> {
    out: String,
    /// Where we are.
    path: Vec<Step<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    /// As it is spelled between its quotes.
    Name(&'a str),
    Index(usize),
}

impl<'a> Patch<'a> {
    /// Compares two values, and takes the cursors past them.
    fn compare(&mut self, old: &mut Cursor<'a>, new: &mut Cursor<'a>) {
        let said = self.out.len();
        let (kinds, start) = ((old.look(), new.look()), new.at);
        match kinds {
            (b'{', b'{') => self.compare_objects(old, new),
            (b'[', b'[') => {
                let (old, new) = (old.value(), new.value());
                if old != new {
                    self.compare_arrays(old, new);
                }
            }
            _ => {
                let (old, new) = (old.value(), new.value());
                if old != new {
                    self.operation("replace", Some(new));
                }
                return;
            }
        }
        let value = &new.text[start..new.at];
        if self.out.len() - said > self.length_of_replace(value) {
            self.out.truncate(said);
            self.operation("replace", Some(value));
        }
    }

    fn compare_objects(&mut self, old: &mut Cursor<'a>, new: &mut Cursor<'a>) {
        old.enter();
        new.enter();
        // As long as the names come in the same order, which they nearly always do.
        let (mut gone, mut come) = (old.name(), new.name());
        while let (Some(name), Some(same)) = (gone, come)
            && name == same
        {
            self.at(Step::Name(name), |patch| patch.compare(old, new));
            (gone, come) = (old.name(), new.name());
        }
        let mut before = HashMap::new();
        while let Some(name) = gone {
            before.insert(name, old.value());
            gone = old.name();
        }
        let mut after = Vec::new();
        while let Some(name) = come {
            after.push((name, before.remove(name), new.value()));
            come = new.name();
        }
        let mut gone: Vec<&str> = before.into_keys().collect();
        gone.sort_unstable();
        for name in gone {
            self.at(Step::Name(name), |patch| patch.operation("remove", None));
        }
        for (name, before, value) in after {
            self.at(Step::Name(name), |patch| match before {
                Some(before) => patch.compare_values(before, value),
                None => patch.operation("add", Some(value)),
            });
        }
    }

    /// What is equal at both ends stays; between, elements change in their places, and what one
    /// array has more than the other goes or comes behind them.
    fn compare_arrays(&mut self, old: &'a str, new: &'a str) {
        let (old, new) = (Cursor::elements(old), Cursor::elements(new));
        let head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
        let (old, new) = (&old[head..], &new[head..]);
        let pairs = old.iter().rev().zip(new.iter().rev());
        let tail = pairs.take_while(|(one, other)| one == other).count();
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        for (index, (before, after)) in (head..).zip(old.iter().zip(new)) {
            self.at(Step::Index(index), |patch| patch.compare_values(before, after));
        }
        let both = old.len().min(new.len());
        for index in (head + both..head + old.len()).rev() {
            self.at(Step::Index(index), |patch| patch.operation("remove", None));
        }
        for (index, value) in (head + both..).zip(&new[both..]) {
            self.at(Step::Index(index), |patch| patch.operation("add", Some(value)));
        }
    }

    fn compare_values(&mut self, old: &'a str, new: &'a str) {
        self.compare(&mut Cursor::at_start(old), &mut Cursor::at_start(new));
    }

    fn at(&mut self, step: Step<'a>, compare: impl FnOnce(&mut Self)) {
        self.path.push(step);
        compare(self);
        self.path.pop();
    }

    fn operation(&mut self, name: &str, value: Option<&str>) {
        if self.out.len() > 1 {
            self.out.push(',');
        }
        for part in [r#"{"op":""#, name, r#"","path":""#] {
            self.out.push_str(part);
        }
        for step in &self.path {
            self.out.push('/');
            match step {
                Step::Name(name) => self.out.push_str(&escaped(name)),
                Step::Index(index) => self.out.push_str(&index.to_string()),
            }
        }
        self.out.push('"');
        if let Some(value) = value {
            self.out.push_str(r#","value":"#);
            self.out.push_str(value);
        }
        self.out.push('}');
    }

    /// Of an operation here; without the escapes of names, which are rare.
    fn length_of_replace(&self, value: &str) -> usize {
        let step = |step: &Step<'_>| match step {
            Step::Name(name) => 1 + name.len(),
            Step::Index(index) => 2 + index.checked_ilog10().unwrap_or_default() as usize,
        };
        let path: usize = self.path.iter().map(step).sum();
        r#",{"op":"replace","path":"","value":}"#.len() + path + value.len()
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

/// A place in a JSON text.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    const fn at_start(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The first byte of what comes, behind space and the marks that stand between values.
    fn look(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while matches!(bytes[self.at], b',' | b':' | b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        bytes[self.at]
    }

    /// Past the bracket that opens an object or array.
    fn enter(&mut self) {
        self.look();
        self.at += 1;
    }

    /// The next name of this object, as it is spelled between its quotes; after the last one the
    /// cursor is past the object.
    fn name(&mut self) -> Option<&'a str> {
        if self.ends() {
            return None;
        }
        let quoted = self.value();
        Some(&quoted[1..quoted.len() - 1])
    }

    fn elements(array: &'a str) -> Vec<&'a str> {
        let mut cursor = Self::at_start(array);
        cursor.enter();
        std::iter::from_fn(|| (!cursor.ends()).then(|| cursor.value())).collect()
    }

    /// Takes the bracket that closes an object or array, if it comes next.
    fn ends(&mut self) -> bool {
        let ends = matches!(self.look(), b'}' | b']');
        self.at += usize::from(ends);
        ends
    }

    /// The next value, whole.
    fn value(&mut self) -> &'a str {
        let (kind, bytes, start) = (self.look(), self.text.as_bytes(), self.at);
        self.at = match kind {
            b'"' => string_end(bytes, start),
            b'{' | b'[' => container_end(bytes, start),
            _ => scalar_end(bytes, start),
        };
        &self.text[start..self.at]
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
        let old = format!(r#" {{"a\/b":1, "t\u007ex" :[1 , 2],"long":"{LONG}" }} "#);
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
