//! Tic-tac-toe as the engine would meet it, and the page that explains it. Must not know anything
//! but `game` and the files of this repository.

mod page;
mod play;
mod secrecy;
