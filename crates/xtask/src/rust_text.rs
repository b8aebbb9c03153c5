//! Just enough Rust lexing for rules that look for words in code: comments and literals are
//! blanked, lines stay where they were.
//!
//! Must not know what the rules look for.

/// The same text with every comment, string and character literal replaced by spaces.
pub(crate) fn code_only(text: &str) -> String {
    let source: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < source.len() {
        let end = literal_end(&source, at);
        if end > at {
            out.extend(source[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(source[at]);
            at += 1;
        }
    }
    out
}

/// The part of `code` before its `#[cfg(test)]` module, which by habit stands last in a file.
pub(crate) fn without_tests(code: &str) -> &str {
    let mut search = 0;
    while let Some(found) = code[search..].find("#[cfg(test)]") {
        let start = search + found;
        let after = code[start + "#[cfg(test)]".len()..].trim_start();
        if after.starts_with("mod ") && after.lines().next().is_some_and(|line| line.contains('{'))
        {
            return &code[..start];
        }
        search = start + 1;
    }
    code
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts there.
fn literal_end(source: &[char], at: usize) -> usize {
    let next = source.get(at + 1).copied();
    match source[at] {
        '/' if next == Some('/') => line_end(source, at),
        '/' if next == Some('*') => block_comment_end(source, at),
        '"' => string_end(source, at),
        'r' if !continues_word(source, at) => raw_string_end(source, at),
        '\'' => char_end(source, at),
        _ => at,
    }
}

fn line_end(source: &[char], at: usize) -> usize {
    (at..source.len()).find(|&i| source[i] == '\n').unwrap_or(source.len())
}

fn block_comment_end(source: &[char], at: usize) -> usize {
    let mut depth = 0_u32;
    let mut i = at;
    while i < source.len() {
        match (source[i], source.get(i + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                i += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    source.len()
}

fn string_end(source: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while i < source.len() {
        match source[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    source.len()
}

/// `r"…"` and `r#"…"#`; a raw identifier (`r#type`) is no literal. `br"…"` is caught at its `r`,
/// because `b` is the only letter that may stand before it.
fn raw_string_end(source: &[char], at: usize) -> usize {
    let hashes = source[at + 1..].iter().take_while(|&&c| c == '#').count();
    let open = at + 1 + hashes;
    if source.get(open) != Some(&'"') {
        return at;
    }
    let mut i = open + 1;
    while i < source.len() {
        let closed = source[i] == '"'
            && source[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
        if closed {
            return i + 1 + hashes;
        }
        i += 1;
    }
    source.len()
}

/// `'x'` and `'\n'`; a lifetime (`'a`) is no literal.
fn char_end(source: &[char], at: usize) -> usize {
    if source.get(at + 1) == Some(&'\\') {
        return (at + 3..source.len()).find(|&i| source[i] == '\'').map_or(source.len(), |i| i + 1);
    }
    if source.get(at + 2) == Some(&'\'') { at + 3 } else { at }
}

/// True if the letter at `at` is inside a word, so that it cannot open a raw string.
fn continues_word(source: &[char], at: usize) -> bool {
    at > 0 && source[at - 1] != 'b' && (source[at - 1].is_alphanumeric() || source[at - 1] == '_')
}

#[cfg(test)]
mod tests {
    use super::{code_only, without_tests};

    #[test]
    fn comments_and_literals_are_blank_and_lines_stay() {
        let cases = [
            ("a // todo!\nb", "a         \nb"),
            ("a /* x /* y */ z */ b", "a                   b"),
            ("f(\"dbg!\\\" x\") + 1", "f(          ) + 1"),
            ("r#\"a \" b\"# c", "           c"),
            ("br\"a\" c", "b     c"),
            ("let r#type = 'x';", "let r#type =    ;"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("'\\'' + '\\u{1F600}' + y", "     +             + y"),
            ("for r in x", "for r in x"),
        ];
        for (source, expected) in cases {
            assert_eq!(code_only(source), expected, "{source}");
        }
    }

    #[test]
    fn only_the_test_module_is_cut_off() {
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\n b }"), "a\n");
        let outside = "#[cfg(test)]\nfn outside() {}\nb";
        assert_eq!(without_tests(outside), outside);
        let elsewhere = "#[cfg(test)]\nmod tests;\nb";
        assert_eq!(without_tests(elsewhere), elsewhere);
    }
}
