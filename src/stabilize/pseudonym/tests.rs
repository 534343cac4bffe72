//! Names follow from places.

use super::*;

fn names(texts: &[&str]) -> Vec<String> {
    let rules = Rules::default();
    let mut names = Pseudonyms::new(
        "a/b",
        &DocumentView::default(),
        Renaming::default(),
        HashSet::new(),
        &rules,
        &|text| text == "1234567890abcdef",
    );
    let mut pass = || -> Vec<String> {
        let texts = texts.iter().enumerate();
        texts
            .map(|(at, text)| names.text(text, "k", &format!("/{at}"), None))
            .collect()
    };
    assert_eq!(pass(), texts);
    names.settle();
    let mut names_again = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        names_again.push(names.text(text, "k", &format!("/{at}"), None));
    }
    names_again
}

#[test]
fn a_name_follows_from_the_place_and_not_from_the_value() {
    let one = names(&[
        "x cbd1f80781a5 y",
        "https://cbd1f80781a5@h/2",
        "CBD1F80781A5",
        "cbd1f80",
        "0a1b2c3d4e5f",
    ]);
    let other = names(&[
        "x abd1f80781a7 y",
        "https://abd1f80781a7@h/2",
        "ABD1F80781A7",
        "abd1f80",
        "5a1b2c3d4e5a",
    ]);
    assert_eq!(one, other);
    let name = &one[0][2..14];
    assert_ne!(name, "cbd1f80781a5");
    assert_eq!(one[1], format!("https://{name}@h/2"));
    assert_eq!(one[2], name.to_uppercase());
    assert_eq!(one[3], name[..7]);
    assert_ne!(one[4], name);
}

#[test]
fn what_says_that_there_is_none_stays() {
    let texts = [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "00000000000000000000000000000000",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ];
    assert_eq!(names(&texts), texts);
    assert_ne!(names(&["1970-01-02T00:00:00Z"]), ["1970-01-02T00:00:00Z"]);
}

#[test]
fn kinds_stay_and_names_are_their_own_names() {
    let texts = [
        "fa4a97b8df1911350952658435e3a36d",
        "9a2e63c1-51e9-4dd1-8a38-6b0c94a0f6dd",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "kJ8dn3Ks0aQx7Lw2ZpVt",
        "1583819858583:0:1",
        "2020-03-10T05:57:38.386Z",
        "Tue, 10 Mar 2020 05:57:38 GMT",
        "a 1234567890abcdef",
    ];
    let once = names(&texts);
    for (text, name) in texts.iter().zip(&once) {
        assert_eq!(text.len(), name.len());
        let kinds = |text: &str| -> Vec<_> {
            tokens(text, Context::default())
                .into_iter()
                .map(|token| token.kind)
                .collect()
        };
        assert_eq!(kinds(text), kinds(name), "{text} {name}");
    }
    assert_eq!(once[7], texts[7], "what is stable stays");
    let again: Vec<_> = once.iter().map(String::as_str).collect();
    assert_eq!(names(&again), once);
}

#[test]
fn each_of_many_short_numbers_has_a_name_of_its_own() {
    let rules = Rules::default();
    let mut names = Pseudonyms::new(
        "a/b",
        &DocumentView::default(),
        Renaming::default(),
        HashSet::new(),
        &rules,
        &|_| false,
    );
    let mut pass = |settle: bool| -> Vec<String> {
        if settle {
            names.settle();
        }
        let ids = 1000..12_000;
        ids.map(|id| {
            let id = serde_json::json!(id);
            names.number(&id, "id", &format!("/{id}")).to_string()
        })
        .collect()
    };
    let (seen, named) = (pass(false), pass(true));
    assert_ne!(seen, named);
    assert_eq!(named.iter().collect::<HashSet<_>>().len(), seen.len());
    let as_long = |(old, new): &(&String, &String)| old.len() == new.len();
    assert!(
        seen.iter()
            .zip(&named)
            .take(8900)
            .all(|pair| as_long(&pair))
    );
}

#[test]
fn many_values_of_a_long_text_are_looked_for_at_once() {
    let text = |from: usize| -> String {
        let hashes = (from..from + 50_000).map(|at| format!("{:012x}", at * 0x9E37_79B9));
        hashes.collect::<Vec<_>>().join("-")
    };
    let (old, new) = (text(0), text(25_000));
    let start = std::time::Instant::now();
    let found = held(&old, new.split('-').collect());
    assert!(start.elapsed().as_secs() < 5);
    let half: HashSet<_> = new.split('-').take(25_000).collect();
    assert_eq!(found, half);

    let few = HashSet::from(["bcd", "cd", "dc"]);
    assert_eq!(held("abcde", few), HashSet::from(["bcd", "cd"]));
}
