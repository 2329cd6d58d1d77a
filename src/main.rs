//! The program `fanpin`.

fn main() {}
