//! The HTTP faces, tested from the outside: a real server on a port of its own, spoken to over
//! loopback.

#![allow(missing_docs, reason = "tests")]

mod accounts;
mod admin;
mod auth;
mod bots;
mod casino;
mod catalogue;
mod documents;
mod fairness;
mod lists;
mod nommie;
mod pages;
mod polls;
mod refusals;
mod rubbish;
mod scoreboard;
mod sessions;
mod streams;
mod world;
