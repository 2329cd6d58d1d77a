//! What must hold for every stack of layers and every bill, on random ones.

mod reference;

use fanpin::billing::{Bill, CompiledLayers, HouseholdYear, Patient, PersonYear, Settlement, YearContext};
use fanpin::random::threshold;
use fanpin::scenario::policy::{Class, ClassSet, Level, Policy, Service};
use fanpin::scenario::raw_policy::policy_from_table;
use fanpin::units::{Money, Year};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use reference::{Fraction, State, World};
use toml::Table;

const REST: &str = "
    [classes]
    list_exit_lines = 1.5
    dibao_share = 0.06
    dibao_edge_standards = 1.5
    monitoring = 1
    detection = 0.5
    sudden_difficulty_share = 0.5
    [premiums]
    premium_yuan = 320
    subsidy_yuan = 580
    enrolment = { ordinary = 0.95 }
    [deposits]
    share = { ordinary = 0.3 }
";

/// A layer in whole numbers, so that it can be written in more than one way.
#[derive(Debug, Clone)]
struct Terms {
    kind: &'static str,
    covers: &'static str,
    base: &'static str,
    window: &'static str,
    over: &'static str,
    payer: &'static str,
    eligible: &'static str,
    settlement: &'static str,
    outpatient: bool,
    /// Per mille.
    rate: u32,
    upper_rate: u32,
    bonus: u32,
    strength: u32,
    outside: u32,
    /// Fen.
    deductible: u64,
    bracket: u64,
    ceiling: Option<u64>,
}

impl Terms {
    fn write(&self, name: &str) -> String {
        let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
        let share = |mille: u32| format!("{}.{:03}", mille / 1000, mille % 1000);
        let mut text = format!(
            "[layers.{name}]\nkind = \"{}\"\ncovers = \"{}\"\nbase = \"{}\"\nceiling_window = \"{}\"\n\
             accumulates_over = \"{}\"\npayer = \"{}\"\neligible = {}\nsettlement = \"{}\"\nclaim_take_up = 0.5\n\
             strength = {}\noutside_factor = {}\n",
            self.kind,
            self.covers,
            self.base,
            self.window,
            self.over,
            self.payer,
            self.eligible,
            self.settlement,
            share(self.strength),
            share(self.outside),
        );
        if !self.outpatient {
            text += "services = [\"inpatient\"]\n";
        }
        if let Some(ceiling) = self.ceiling {
            text += &format!("ceiling_yuan = {}\n", yuan(ceiling));
        }
        if self.kind != "floor" {
            text += &format!("deductible_yuan = {}\n", yuan(self.deductible));
        }
        match self.kind {
            "share" => {
                let (low, high) = (share(self.rate), share(self.upper_rate));
                text += &format!("deductible_window = \"{}\"\n", self.window);
                text += &format!("brackets = [{{ from_yuan = 0, rate = {low} }}, ");
                text += &format!("{{ from_yuan = {}, rate = {high} }}]\n", yuan(self.bracket));
            }
            "floor" => text += &format!("rate = {}\n", share(self.rate)),
            _ => {}
        }
        text + &format!(
            "[layers.{name}.class_terms]\norder = [\"poor\"]\n[layers.{name}.class_terms.poor]\n\
             classes = [\"dibao\"]\nrate_bonus = {}\ndeductible_factor = 0.5\n",
            share(self.bonus)
        )
    }
}

fn write(stack: &[Terms]) -> String {
    let names: Vec<String> = (0..stack.len()).map(|i| format!("layer-{i}")).collect();
    let layers: String = stack.iter().zip(&names).map(|(terms, name)| terms.write(name)).collect();
    format!("{REST}\n[layers]\norder = {names:?}\n{layers}")
}

fn read(text: &str) -> (Table, Policy) {
    let table: Table = text.parse().unwrap_or_else(|e| panic!("{e}\n{text}"));
    let policy = policy_from_table(&table).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    (table, policy)
}

fn terms(spending: bool) -> impl Strategy<Value = Terms> {
    let eligible: &[&str] = &[
        "{ everyone = true }",
        "{ insured = true }",
        "{ classes = [\"dibao\", \"monitored\"] }",
        "{ not = { classes = [\"ordinary\"] } }",
        "{ age_at_least = 60 }",
        "{ spending_above_income_share = 0.2 }",
        "{ any = [{ classes = [\"dibao\"] }, { spending_above_income_share = 0.5, insured = true }] }",
    ];
    let eligible = &eligible[..if spending { eligible.len() } else { eligible.len() - 2 }];
    let choices = (
        prop::sample::select(vec!["share", "share", "share", "cap", "floor"]),
        prop::sample::select(vec!["in_catalogue", "in_catalogue", "all", "out_of_catalogue"]),
        prop::sample::select(vec!["left", "bill"]),
        prop::sample::select(vec!["year", "episode"]),
        prop::sample::select(vec!["person", "household"]),
        prop::sample::select(vec!["basic_insurance", "medical_aid", "local_top_up"]),
        prop::sample::select(eligible.to_vec()),
        prop::sample::select(vec!["instant", "instant", "claimed"]),
    );
    let whole = prop_oneof![Just(1000_u32), 0..=1000_u32];
    let numbers = (
        (0..=1000_u32, 0..=1000_u32, 0..=300_u32, whole.clone(), whole),
        (prop_oneof![Just(0_u64), 0..2_000_000_u64], 1..3_000_000_u64, prop::option::of(0..5_000_000_u64)),
        any::<bool>(),
    );
    (choices, numbers).prop_map(
        |(c, ((rate, upper_rate, bonus, strength, outside), (deductible, bracket, ceiling), outpatient))| {
            Terms {
                kind: c.0,
                covers: c.1,
                base: c.2,
                window: c.3,
                over: c.4,
                payer: c.5,
                eligible: c.6,
                settlement: c.7,
                outpatient,
                rate,
                upper_rate,
                bonus,
                strength,
                outside,
                deductible,
                bracket,
                ceiling,
            }
        },
    )
}

/// A bill with its member of the household.
#[derive(Debug, Clone, Copy)]
struct Dated {
    person: usize,
    bill: Bill,
}

fn dated() -> impl Strategy<Value = Dated> {
    let amount = prop_oneof![0..100_i64, 0..1_000_000_i64, 0..50_000_000_i64];
    (amount, 0..=1000_i64, 0..4_usize, any::<bool>(), any::<bool>(), any::<bool>(), 0..2_usize).prop_map(
        |(amount, covered, level, inpatient, outside, referred, person)| Dated {
            person,
            bill: Bill {
                amount: Money::from_fen(amount),
                covered: Money::from_fen(amount * covered / 1000),
                level: Level::ALL[level],
                service: if inpatient { Service::Inpatient } else { Service::Outpatient },
                outside,
                referred,
                diseases: 0,
            },
        },
    )
}

fn patients() -> impl Strategy<Value = Patient> {
    let classes = prop::sample::subsequence(vec![Class::Registered, Class::Marginal, Class::Dibao], 0..=3);
    (classes, any::<bool>(), 0..100_u8, 0..10_000_000_i64).prop_map(|(classes, insured, age, income)| {
        Patient {
            insured,
            classes: classes.into_iter().fold(ClassSet::default(), ClassSet::with),
            age,
            chronic: 0,
            household_income: Money::from_fen(income),
            household_income_per_head: Money::from_fen(income / 3),
        }
    })
}

#[derive(Default, Clone, Copy)]
struct Years {
    persons: [PersonYear; 2],
    household: HouseholdYear,
}

impl Years {
    fn settle(
        &mut self,
        layers: &CompiledLayers,
        dated: &Dated,
        patient: &Patient,
        claim: f64,
    ) -> Settlement {
        let person = &mut self.persons[dated.person];
        layers.settle(&dated.bill, patient, threshold(claim), person, &mut self.household)
    }
}

fn compile(policy: &Policy) -> CompiledLayers {
    CompiledLayers::compile(policy, Year::new(2022), &YearContext::new(Money::from_yuan(30_000)))
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(20_210_101), ..Config::default() }
}

/// Whether a layer outside the catalogue stands before and after one that covers both parts: the only
/// stacks in which a better layer may cost the patient more, since what covers both pays the
/// in-catalogue part first.
fn is_knotted(stack: &[Terms], changed: usize) -> bool {
    let all = stack.iter().skip(changed + 1).position(|t| t.covers == "all").map(|i| i + changed + 1);
    let after = all.is_some_and(|all| stack.iter().skip(all + 1).any(|t| t.covers == "out_of_catalogue"));
    stack[changed].covers == "out_of_catalogue" && after
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn payments_add_up_and_agree_with_the_reference(
        stack in prop::collection::vec(terms(true), 1..6),
        bills in prop::collection::vec(dated(), 1..5),
        patient in patients(),
        claim in 0..4_i64,
    ) {
        let (table, policy) = read(&write(&stack));
        let layers = compile(&policy);
        let claim_share = [0.0, 0.25, 0.5, 0.75][usize::try_from(claim).expect("small")];
        let who = patient_table(&patient, claim_share);
        let world = World {
            year: 2022,
            local_income: Fraction::new(30_000, 1),
            proration: &Table::new(),
            patient: &who,
        };
        let (mut years, mut state) = (Years::default(), State::default());
        for dated in &bills {
            let settled = years.settle(&layers, dated, &patient, claim_share);
            let paid: Money = settled.payments.iter().copied().sum();
            prop_assert_eq!(paid + settled.out_of_pocket, dated.bill.amount);
            prop_assert_eq!(paid, settled.by_payer.iter().copied().sum());
            prop_assert!(settled.payments.iter().all(|p| *p >= Money::ZERO));
            prop_assert!(Money::ZERO <= settled.covered_own && settled.covered_own <= settled.out_of_pocket);
            prop_assert!(settled.covered_own <= dated.bill.covered && settled.delayed <= paid);

            let expected = reference::settle(&table, &world, &bill_table(dated), &mut state);
            prop_assert_eq!(settled.out_of_pocket.fen(), expected.out_of_pocket.fen());
            prop_assert_eq!(settled.class_used.name(), expected.class);
            for (slot, terms) in stack.iter().enumerate() {
                let name = format!("layer-{slot}");
                let reference = expected.payments.get(&name).map_or(0, |p| p.fen());
                prop_assert_eq!(settled.payments[slot].fen(), reference, "{} {:?}", name, terms);
            }
        }
    }

    #[test]
    fn a_more_generous_layer_never_costs_the_patient_more(
        stack in prop::collection::vec(terms(false), 1..6),
        earlier in prop::collection::vec(dated(), 0..3),
        dated in dated(),
        patient in patients(),
        which in any::<prop::sample::Index>(),
        gain in (0..=1000_u32, 0..2_000_000_u64, any::<bool>()),
    ) {
        let changed = which.index(stack.len());
        prop_assume!(!is_knotted(&stack, changed));
        let mut better = stack.clone();
        let terms = &mut better[changed];
        terms.rate = (terms.rate + gain.0).min(1000);
        terms.upper_rate = (terms.upper_rate + gain.0).min(1000);
        terms.strength = (terms.strength + gain.0).min(1000);
        terms.deductible = terms.deductible.saturating_sub(gain.1);
        terms.ceiling = if gain.2 { None } else { terms.ceiling.map(|ceiling| ceiling + gain.1) };
        terms.settlement = if gain.2 { "instant" } else { terms.settlement };

        let (plain, better) = (compile(&read(&write(&stack)).1), compile(&read(&write(&better)).1));
        let mut years = Years::default();
        for dated in &earlier {
            years.settle(&plain, dated, &patient, 0.3);
        }
        let (mut a, mut b) = (years, years);
        let plain = a.settle(&plain, &dated, &patient, 0.6);
        let better = b.settle(&better, &dated, &patient, 0.6);
        prop_assert!(better.out_of_pocket <= plain.out_of_pocket, "{:?} > {:?}", better.out_of_pocket, plain.out_of_pocket);
    }

    #[test]
    fn results_do_not_depend_on_how_numbers_are_written(
        stack in prop::collection::vec(terms(true), 1..5),
        dated in dated(),
        patient in patients(),
    ) {
        let text = write(&stack);
        // As shares of a local income of 30,000 that are exact in parts per million, as points of a
        // schedule, and with more digits.
        let mut other = String::new();
        for line in text.lines() {
            other += &match line.split_once(" = ") {
                Some(("strength" | "outside_factor" | "ceiling_yuan" | "deductible_yuan", value)) => {
                    let key = line.split(" = ").next().unwrap_or_default();
                    format!("{key} = {{ step = [[1990, {value}0], [2050, 0]] }}\n")
                }
                _ => format!("{line}\n"),
            };
        }
        prop_assert_ne!(&text, &other);
        let (first, second) = (compile(&read(&text).1), compile(&read(&other).1));
        let (mut a, mut b) = (Years::default(), Years::default());
        prop_assert_eq!(a.settle(&first, &dated, &patient, 0.0), b.settle(&second, &dated, &patient, 0.0));
    }
}

#[test]
fn a_deductible_in_yuan_and_as_a_share_of_income_are_the_same() {
    let layer = |deductible: &str| {
        let text = format!(
            "{REST}\n[layers]\norder = [\"a\"]\n[layers.a]\npayer = \"medical_aid\"\nrate = 0.6\n{deductible}"
        );
        compile(&read(&text).1)
    };
    let (yuan, share) = (layer("deductible_yuan = 7500"), layer("deductible_income_share = 0.25"));
    for fen in [749_999, 750_000, 750_001, 1_234_567] {
        let amount = Money::from_fen(fen);
        let bill = Bill {
            amount,
            covered: amount,
            level: Level::County,
            service: Service::Inpatient,
            outside: false,
            referred: false,
            diseases: 0,
        };
        let dated = Dated { person: 0, bill };
        let (mut a, mut b) = (Years::default(), Years::default());
        let patient = ordinary(Money::from_yuan(40_000));
        assert_eq!(a.settle(&yuan, &dated, &patient, 0.0), b.settle(&share, &dated, &patient, 0.0));
    }
}

#[test]
fn a_knotted_stack_shows_why_it_is_left_out() {
    // Out-of-catalogue 90 % before, everything 90 %, out-of-catalogue all: the first one pays nothing or
    // 50 yuan; then the second has less left and leaves more in the catalogue, where nobody pays.
    let stack = |rate: f64| {
        let text = format!(
            "{REST}\n[layers]\norder = [\"a\", \"b\", \"c\"]\n\
             [layers.a]\npayer = \"charity\"\ncovers = \"out_of_catalogue\"\nrate = {rate}\n\
             [layers.b]\npayer = \"medical_aid\"\ncovers = \"all\"\nrate = 0.9\n\
             [layers.c]\npayer = \"charity\"\ncovers = \"out_of_catalogue\"\nrate = 1\n"
        );
        compile(&read(&text).1)
    };
    let bill = Bill {
        amount: Money::from_yuan(1100),
        covered: Money::from_yuan(1000),
        level: Level::County,
        service: Service::Inpatient,
        outside: false,
        referred: false,
        diseases: 0,
    };
    let own = |layers: CompiledLayers| {
        let dated = Dated { person: 0, bill };
        Years::default().settle(&layers, &dated, &ordinary(Money::from_yuan(40_000)), 0.0).out_of_pocket
    };
    assert_eq!(own(stack(0.0)), Money::from_yuan(10));
    assert_eq!(own(stack(0.5)), Money::from_yuan(55));
}

#[test]
fn a_class_triggered_by_spending_makes_a_notch_and_it_is_found() {
    let text = format!(
        "{REST}\n[layers]\norder = [\"basic\", \"aid\"]\n[layers.basic]\npayer = \"basic_insurance\"\nrate = 0.5\n\
         [layers.aid]\npayer = \"medical_aid\"\nrate = 0.6\ndeductible_yuan = 2500\n\
         eligible = {{ spending_above_income_share = 0.25 }}"
    );
    let layers = compile(&read(&text).1);
    let bill = Bill {
        amount: Money::from_yuan(100_000),
        covered: Money::from_yuan(100_000),
        level: Level::County,
        service: Service::Inpatient,
        outside: false,
        referred: false,
        diseases: 0,
    };
    // A quarter of 40,000 is 10,000 own, a bill of 20,000; a fen of own more needs a bill two fen higher, or
    // one, since half of it rounds up to the payer: 20,000.01 leaves 10,000.00, 20,000.02 leaves 10,000.01.
    let patient = ordinary(Money::from_yuan(40_000));
    let notches = layers.notches(&bill, &patient);
    assert_eq!(notches.len(), 1);
    assert_eq!(notches[0].slot, 1);
    assert_eq!(notches[0].bill, Money::from_fen(2_000_002));
    assert_eq!(notches[0].below, Money::from_fen(1_000_000));
    // (10,000.01 - 2,500) × 0.6 = 4,500.006, rounded 4,500.01, of 10,000.01.
    assert_eq!(notches[0].at, Money::from_fen(550_000));

    // Out of reach, there is none; and with the test switched off, none.
    let small = Bill { amount: Money::from_yuan(20_000), covered: Money::from_yuan(20_000), ..bill };
    assert_eq!(layers.notches(&small, &patient), []);
    assert_eq!(layers.without_spending_triggers().notches(&bill, &patient), []);
}

#[test]
fn bills_that_no_layer_covers_take_the_short_path() {
    let text = format!(
        "{REST}\n[layers]\norder = [\"basic\"]\n[layers.basic]\npayer = \"basic_insurance\"\nrate = 0.5\nservices = [\"inpatient\"]"
    );
    let layers = compile(&read(&text).1);
    assert!(layers.reaches(Service::Inpatient));
    assert!(!layers.reaches(Service::Outpatient));
    let bill = Bill {
        amount: Money::from_yuan(100),
        covered: Money::from_yuan(80),
        level: Level::Township,
        service: Service::Outpatient,
        outside: false,
        referred: false,
        diseases: 0,
    };
    let mut years = Years::default();
    let settled = years.settle(&layers, &Dated { person: 0, bill }, &ordinary(Money::ZERO), 0.0);
    assert_eq!((settled.out_of_pocket, settled.covered_own), (Money::from_yuan(100), Money::from_yuan(80)));
    assert_eq!(
        years.household.covered_own,
        Money::from_yuan(80),
        "own spending counts on the short path too"
    );
}

fn ordinary(household_income: Money) -> Patient {
    Patient {
        insured: true,
        classes: ClassSet::default(),
        age: 40,
        chronic: 0,
        household_income,
        household_income_per_head: household_income,
    }
}

/// The patient as a case of the rule tables would write it.
fn patient_table(patient: &Patient, claim: f64) -> Table {
    let classes: Vec<&str> =
        Class::ALL.into_iter().filter(|class| patient.classes.has(*class)).map(Class::name).collect();
    format!(
        "insured = {}\nclasses = {classes:?}\nage = {}\nhousehold_income = {}\nincome_per_head = {}\nclaim = {claim:?}",
        patient.insured, patient.age, patient.household_income, patient.household_income_per_head
    )
    .parse()
    .expect("parses")
}

fn bill_table(dated: &Dated) -> Table {
    let bill = &dated.bill;
    format!(
        "person = {}\namount = {}\nin_catalogue = {}\nlevel = \"{}\"\nservice = \"{}\"\noutside = {}\nreferred = {}",
        dated.person,
        bill.amount,
        bill.covered,
        bill.level.name(),
        bill.service.name(),
        bill.outside,
        bill.referred
    )
    .parse()
    .expect("parses")
}
