//! What callgrind wrote, and how its instructions are shared out over processes.
//!
//! The compiler puts most functions inside others, so a function's count alone says little. Each instruction is
//! looked up with `addr2line`, which names the functions that it was written in, innermost first: it belongs to the
//! innermost one that stands in the list of processes. Where none does, it belongs to the process that called.
//! The only estimate in it: where two processes call one function that names no process and calls a third, the
//! third's part goes to the callers by their share of the calls' instructions.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Object and name of a function as compiled.
type Function = (String, String);

/// Instructions by function, instruction and call.
#[derive(Debug, Default)]
pub struct Profile {
    functions: BTreeMap<Function, Costs>,
    /// Functions in which an instruction of the program was written, innermost first, by address.
    written: BTreeMap<u64, Vec<String>>,
    program: String,
}

#[derive(Debug, Default)]
struct Costs {
    own: Vec<(u64, u64)>,
    /// Address of the call, who is called, instructions there and below.
    calls: Vec<(u64, Function, u64)>,
}

impl Profile {
    /// Reads what `callgrind --dump-instr=yes --compress-strings=no --compress-pos=no` wrote of a program.
    pub fn read(text: &str, program: &Path) -> Self {
        let program_name = program.to_string_lossy().into_owned();
        let mut profile = Self { functions: parse(text), written: BTreeMap::new(), program: program_name };
        let addresses = profile.addresses();
        profile.written = written(&addresses, program);
        profile
    }

    /// Addresses of the program's own instructions.
    fn addresses(&self) -> Vec<u64> {
        let ours = self.functions.iter().filter(|((object, _), _)| *object == self.program);
        let each = |costs: &Costs| {
            let own = costs.own.iter().map(|(at, _)| *at);
            own.chain(costs.calls.iter().map(|(at, _, _)| *at)).collect::<Vec<_>>()
        };
        let mut all: Vec<u64> = ours.flat_map(|(_, costs)| each(costs)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Instructions of a function and all below it.
    pub fn inclusive(&self, name: &str) -> u64 {
        let calls = self.functions.values().flat_map(|costs| &costs.calls);
        calls.filter(|(_, (_, callee), _)| short(callee) == name).map(|(_, _, cost)| cost).sum()
    }

    /// Instructions below a function by process; `None` for what belongs to no process.
    pub fn by_process(&self, root: &str, processes: &[(String, String)]) -> BTreeMap<Option<String>, f64> {
        let label = |at: u64| {
            let written = self.written.get(&at)?;
            let process = |name: &String| processes.iter().find(|(_, function)| is_named(name, function));
            written.iter().find_map(process).map(|(process, _)| process.clone())
        };
        let mut known = BTreeMap::new();
        let roots = self.functions.keys().filter(|(_, name)| short(name) == root);
        let mut whole = BTreeMap::new();
        for function in roots {
            for (process, cost) in self.share(function, &label, &mut known) {
                *whole.entry(process).or_default() += cost;
            }
        }
        whole
    }

    fn share(
        &self,
        function: &Function,
        label: &dyn Fn(u64) -> Option<String>,
        known: &mut BTreeMap<Function, BTreeMap<Option<String>, f64>>,
    ) -> BTreeMap<Option<String>, f64> {
        if let Some(share) = known.get(function) {
            return share.clone();
        }
        // A function that comes back to itself finds nothing here, and the call goes to the caller.
        known.insert(function.clone(), BTreeMap::new());
        let mut share: BTreeMap<Option<String>, f64> = BTreeMap::new();
        let ours = function.0 == self.program;
        let label_here = |at: u64| if ours { label(at) } else { None };
        let Some(costs) = self.functions.get(function) else { return share };
        for (at, cost) in &costs.own {
            *share.entry(label_here(*at)).or_default() += *cost as f64;
        }
        for (at, callee, cost) in &costs.calls {
            let below = self.share(callee, label, known);
            let (caller, all) = (label_here(*at), below.values().sum::<f64>());
            if all == 0.0 {
                *share.entry(caller).or_default() += *cost as f64;
                continue;
            }
            for (process, part) in below {
                *share.entry(process.or_else(|| caller.clone())).or_default() += part / all * *cost as f64;
            }
        }
        known.insert(function.clone(), share.clone());
        share
    }
}

/// Whether a name as compiled is that of a function: the last part of its path, or the last two.
fn is_named(name: &str, function: &str) -> bool {
    let short = short(name);
    short == function || short.rsplit("::").next() == Some(function) && name.contains("fanpin::simulation::")
}

/// The last two parts of a function's path, whatever `impl` or closure it stands in.
pub fn short(name: &str) -> String {
    let recursion = name.split('\'').next().unwrap_or(name);
    let mut plain = String::new();
    let mut parts: Vec<String> = Vec::new();
    let mut depth = 0;
    for c in recursion.replace("->", "").chars() {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            ':' if depth == 0 => {
                if !plain.is_empty() {
                    parts.push(std::mem::take(&mut plain));
                }
                continue;
            }
            _ => {}
        }
        plain.push(c);
    }
    parts.push(plain);
    parts.retain(|part| !part.starts_with('{') && !is_hash(part));
    let of_type = |part: &String| match part.strip_prefix("<impl ").and_then(|part| part.strip_suffix('>')) {
        Some(path) => path.rsplit("::").next().unwrap_or(path).to_owned(),
        None => part.clone(),
    };
    parts.iter().skip(parts.len().saturating_sub(2)).map(of_type).collect::<Vec<_>>().join("::")
}

/// The hash at the end of a mangled name.
fn is_hash(part: &str) -> bool {
    part.len() == 17 && part.starts_with('h') && part[1..].chars().all(|c| c.is_ascii_hexdigit())
}

fn parse(text: &str) -> BTreeMap<Function, Costs> {
    let mut functions: BTreeMap<Function, Costs> = BTreeMap::new();
    let (mut here, mut callee) = (Function::default(), Function::default());
    let mut calling = false;
    for line in text.lines() {
        if let Some((key, value)) = line.split_once('=').filter(|(key, _)| !key.contains(' ')) {
            match key {
                "ob" => value.clone_into(&mut here.0),
                "fn" => value.clone_into(&mut here.1),
                "cob" => value.clone_into(&mut callee.0),
                "cfn" => {
                    value.clone_into(&mut callee.1);
                    if callee.0.is_empty() {
                        callee.0.clone_from(&here.0);
                    }
                }
                "calls" => calling = true,
                _ => {}
            }
            continue;
        }
        // `0x12ab 34 5`: address, line, instructions.
        let Some((at, rest)) = line.strip_prefix("0x").and_then(|line| line.split_once(' ')) else {
            continue;
        };
        let at = u64::from_str_radix(at, 16).expect("an address");
        let cost = rest.split(' ').nth(1).map_or(0, |cost| cost.parse().expect("instructions"));
        let costs = functions.entry(here.clone()).or_default();
        if calling {
            costs.calls.push((at, std::mem::take(&mut callee), cost));
            calling = false;
        } else {
            costs.own.push((at, cost));
        }
    }
    functions
}

/// Asks `addr2line` in which functions the instructions were written.
fn written(addresses: &[u64], program: &Path) -> BTreeMap<u64, Vec<String>> {
    let mut asked = tempfile::tempfile().expect("a file for addresses");
    for address in addresses {
        writeln!(asked, "{address:#x}").expect("addresses can be written");
    }
    std::io::Seek::rewind(&mut asked).expect("a file can be read from its start");
    let mut addr2line = Command::new("addr2line");
    addr2line.args(["--addresses", "--inlines", "--functions", "--demangle", "--exe"]).arg(program);
    let output = addr2line.stdin(Stdio::from(asked)).output().expect("addr2line starts");
    assert!(output.status.success(), "addr2line: {}", String::from_utf8_lossy(&output.stderr));
    let mut written: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let mut at = 0;
    // An address, then a function and a place of the source in turn.
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(address) = line.strip_prefix("0x") {
            at = u64::from_str_radix(address, 16).expect("an address");
        } else {
            written.entry(at).or_default().push(line.to_owned());
            lines.next();
        }
    }
    written
}

#[test]
fn names_lose_their_modules_and_hashes() {
    let of = |name, expected: &str| assert_eq!(short(name), expected, "{name}");
    of("fanpin::simulation::household::Step::advance", "Step::advance");
    of(
        "fanpin::simulation::household::care::<impl fanpin::simulation::household::Step>::attend",
        "Step::attend",
    );
    of("fanpin::county::CountyYear::publish::{{closure}}::h0123456789abcdef", "CountyYear::publish");
    of("fanpin::billing::settle::<impl fanpin::billing::compile::Test>::holds'2", "Test::holds");
    of("<fanpin::population::columns::CountyState as core::clone::Clone>::clone", CLONE);
    of("main", "main");
}

#[cfg(test)]
const CLONE: &str = "<fanpin::population::columns::CountyState as core::clone::Clone>::clone";

#[test]
fn a_function_of_the_simulation_may_be_named_by_its_last_part() {
    let name = "fanpin::simulation::household::lives::<impl fanpin::simulation::household::Setting>::migrate";
    assert!(is_named(name, "migrate") && is_named(name, "Setting::migrate"));
    assert!(!is_named(name, "Step::migrate") && !is_named("core::iter::migrate", "migrate"));
}

#[test]
fn instructions_go_to_the_innermost_process_and_else_to_the_caller() {
    // `year` has `ill` written into it at 0x2 and calls `help` from there and from 0x3; `help` calls `pay`.
    let text = "\
ob=/p\nfn=c::year\n0x1 1 10\n0x2 2 20\ncfn=c::help\ncalls=1 0x10 5\n0x2 2 300\ncfn=c::help\ncalls=1 0x10 5\n0x3 3 100\n
fn=c::help\n0x10 5 100\ncfn=c::pay\ncalls=1 0x20 7\n0x11 6 200\ncob=/libc\ncfn=memcpy\ncalls=1 0x20 7\n0x11 6 100\n
fn=c::pay\n0x20 7 200\n
ob=/libc\nfn=memcpy\n0x20 7 100\n
ob=/p\nfn=c::main\ncfn=c::year\ncalls=1 0x1 1\n0x30 8 430\n";
    let written = [(1, "c::year"), (2, "c::ill"), (3, "c::year"), (0x10, "c::help"), (0x20, "c::pay")];
    let profile = Profile {
        functions: parse(text),
        written: written
            .into_iter()
            .map(|(at, name)| (at, vec!["core::add".to_owned(), name.to_owned()]))
            .collect(),
        program: "/p".to_owned(),
    };
    let processes = [("illness", "c::ill"), ("bills", "c::pay")].map(|(p, f)| (p.to_owned(), f.to_owned()));
    assert_eq!(profile.inclusive("c::year"), 430);
    let found = profile.by_process("c::year", &processes);
    let expected = [(None, 10.0 + 50.0), (Some("bills"), 200.0), (Some("illness"), 20.0 + 150.0)];
    assert_eq!(found, expected.map(|(p, cost)| (p.map(str::to_owned), cost)).into_iter().collect());
}
