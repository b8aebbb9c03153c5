//! One setting as a row: its name, what it may be, its unit and its reason. The macro that writes a
//! struct, its defaults and its rows from one list, so that they cannot differ. Must not know any
//! one setting.

use std::net::SocketAddr;
use std::path::PathBuf;

/// A setting, for the docs, for error texts and for the environment.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The table in the file that it stands in; empty at the top.
    pub section: &'static str,
    /// Its name in there.
    pub key: &'static str,
    /// Why it is there and what it does, line by line.
    pub doc: &'static [&'static str],
    /// What it may be.
    pub kind: Kind,
    /// What a number counts; empty for all else.
    pub unit: &'static str,
    /// The numbers that make sense.
    pub range: Option<(u64, u64)>,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// Text, with a word on what it should look like.
    Text(&'static str),
    /// A list of texts, with a word on what each should look like.
    List(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl Field {
    /// The whole name: `auth.guests`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.section.is_empty() {
            self.key.to_owned()
        } else {
            format!("{}.{}", self.section, self.key)
        }
    }

    /// The name in the environment: `PARLOR_AUTH__GUESTS`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("PARLOR_{}", self.name().replace('.', "__").to_uppercase())
    }

    /// What it does, as one line.
    #[must_use]
    pub fn text(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }

    /// What would do, for who gave something else.
    #[must_use]
    pub fn wanted(&self) -> String {
        match (self.kind, self.range) {
            (Kind::Flag, _) => "true or false".to_owned(),
            (Kind::Number, Some((least, most))) => {
                format!("a whole number from {least} to {most} ({})", self.unit)
            }
            (Kind::Number, None) => format!("a whole number ({})", self.unit),
            (Kind::Text(what), _) => what.to_owned(),
            (Kind::List(what), _) => format!("a list of {what}"),
            (Kind::Choice(words), _) => words.join(" or "),
        }
    }
}

/// A type that a setting may have.
pub(super) trait Setting {
    /// What it looks like from outside.
    const KIND: Kind;
}

macro_rules! kinds {
    ($($kind:expr => $($type:ty),+;)+) => {
        $($(impl Setting for $type { const KIND: Kind = $kind; })+)+
    };
}

kinds! {
    Kind::Flag => bool;
    Kind::Number => u32, u64, usize;
    Kind::Text("text") => String, Option<String>;
    Kind::Text("a path") => PathBuf, Option<PathBuf>;
    Kind::Text("an address and a port, like 127.0.0.1:8080 or [::]:8080") => SocketAddr;
    Kind::List("texts") => Vec<String>;
}

/// An enum of which each variant is one word.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$item])* #[serde(rename = $word)] $variant,)+
        }
        impl $crate::settings::field::Setting for $name {
            const KIND: $crate::settings::field::Kind =
                $crate::settings::field::Kind::Choice(&[$($word),+]);
        }
    };
}

/// A struct of settings with its defaults and its rows.
macro_rules! section {
    (
        $(#[$about:meta])* $name:ident at $section:literal {
            $(
                $(#[doc = $doc:literal])+
                $key:ident: $type:ty = $default:expr
                    $(, $unit:literal, $least:literal to $most:literal)?
                    $(, as $what:literal)?;
            )*
        }
        $(with { $($(#[$part_about:meta])* $part:ident: $part_type:ident,)+ })?
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $key: $type,)*
            $($($(#[$part_about])* pub $part: $part_type,)+)?
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($key: $default,)*
                    $($($part: $part_type::default(),)+)?
                }
            }
        }

        impl $name {
            const FIELDS: &'static [$crate::settings::field::Field] = &[$(
                $crate::settings::field::Field {
                    section: $section,
                    key: stringify!($key),
                    doc: &[$($doc),+],
                    kind: section!(@kind $type $(, $what)?),
                    unit: concat!("" $(, $unit)?),
                    range: section!(@range $($least, $most)?),
                }
            ),*];
        }
    };
    (@kind $type:ty) => { <$type as $crate::settings::field::Setting>::KIND };
    (@kind $type:ty, $what:literal) => {
        $crate::settings::field::described(<$type as $crate::settings::field::Setting>::KIND, $what)
    };
    (@range) => { None };
    (@range $least:literal, $most:literal) => { Some(($least, $most)) };
}

/// The same kind, with better words for it.
pub(super) const fn described(kind: Kind, what: &'static str) -> Kind {
    match kind {
        Kind::Text(_) => Kind::Text(what),
        Kind::List(_) => Kind::List(what),
        other => other,
    }
}

pub(super) use {choice, section};
