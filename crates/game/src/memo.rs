//! [`Memo`]: what is made of a state once. Must not know what it is.

use std::sync::OnceLock;

/// Something that is made of a state when it is first asked for, and kept beside it: the part of a
/// view that is the same for everyone, say, so that it is spelled once for all viewers.
///
/// It is no part of the state. A clone starts without, since it is about to be changed; two are
/// always equal; and a field of this type is left out of the state's JSON with `#[serde(skip)]`.
/// Rules that change a state in place must not ask for it before they are done. It takes memory for as
/// long as the state is kept, and a server keeps the last hundred or so of a session.
#[derive(Debug)]
pub struct Memo<T>(OnceLock<T>);

impl<T> Memo<T> {
    /// What was kept; `make` makes it the first time.
    pub fn get(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(make)
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Memo<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Memo<T> {}

#[cfg(test)]
mod tests {
    use super::Memo;

    #[test]
    fn it_is_made_once_and_a_clone_starts_without() {
        let memo = Memo::default();
        assert_eq!(memo.get(|| 1), &1);
        assert_eq!(memo.get(|| 2), &1);
        let clone = memo.clone();
        assert_eq!(clone, memo);
        assert_eq!(clone.get(|| 3), &3);
    }
}
