use super::*;
use crate::document::{Body, Example, Exchange, Headers, Request, Response, Section};

fn document(title: &str) -> EndpointDocument {
    let exchange = Exchange {
        request: Request {
            method: "GET".to_owned(),
            path: "/a/".to_owned(),
            headers: Headers::from_lines(["Host: sentry.io"]),
            body: Body::Empty,
        },
        response: Response {
            status: 200,
            reason: "OK".to_owned(),
            headers: Headers::default(),
            body: Body::Json(crate::json::parse("{\"b\": [1.0, 18446744073709551616]}").unwrap()),
        },
    };
    EndpointDocument {
        title: title.to_owned(),
        method: "GET".to_owned(),
        api_path: "/a/".to_owned(),
        examples: vec![Example::from(exchange)],
        ..EndpointDocument::default()
    }
}

fn documents(names: &[&str]) -> BTreeMap<DocumentName, Arc<EndpointDocument>> {
    names
        .iter()
        .map(|name| (name.parse().unwrap(), Arc::new(document(name))))
        .collect()
}

fn sections(id: &str, endpoints: &[&str]) -> Sections {
    Sections {
        schema: None,
        sections: vec![Section {
            id: id.to_owned(),
            title: "It's".to_owned(),
            endpoints: endpoints.iter().map(|name| (*name).to_owned()).collect(),
        }],
    }
}

fn project(set: &str, files: &[(&str, &str)]) -> Options {
    let mut options = Options {
        template_set: set.to_owned(),
        templates_path: "my".to_owned(),
        ..Options::default()
    };
    for (path, text) in files {
        options.templates.insert(*path, *text);
    }
    options
}

fn made(
    names: &[&str],
    sections: &Sections,
    options: &Options,
) -> Result<Vec<(String, String)>, RenderError> {
    let documents = documents(names);
    let tree = render(
        Input {
            documents: &documents,
            sections,
        },
        options,
    )?;
    let files = tree.files.into_iter();
    Ok(files
        .map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
        .collect())
}

/// The pages of one document with that template of a page.
fn page(template: &str) -> Result<String, RenderError> {
    let options = project("own", &[("own/page.md.jinja", template)]);
    let files = made(&["s/a"], &sections("s", &["a"]), &options)?;
    Ok(files.into_iter().map(|(_, text)| text).collect())
}

fn fault(template: &str) -> String {
    page(template).unwrap_err().to_string()
}

#[test]
fn the_default_is_the_original() {
    let mut options = Options {
        index_comment: vec!["a\nb".to_owned()],
        ..Options::default()
    };
    options.page_comment = Vec::new();
    let files = made(
        &["s/b", "s/a"],
        &sections("s", &["b", "gone", "a"]),
        &options,
    )
    .unwrap();
    assert_eq!(files.len(), 3);
    assert!(
        files[0]
            .1
            .starts_with("---\n{\n  \"api_path\": \"/a/\", \n"),
        "{}",
        files[0].1
    );
    assert!(files[0].1.contains("\"sidebar_order\": 3, \n"));
    assert!(
        files[0]
            .1
            .contains("    1.0, \\n    18446744073709551616\\n")
    );
    assert!(files[0].1.ends_with("\n}\n---\n"));
    assert_eq!(files[2].0, "s/index.md");
    assert_eq!(
        files[2].1,
        "---\n# a\n# b\ntitle: It&#39;s\n---\n\n\n- [s/b]({%- link _documentation/api/s/b.md -%})\n- [s/a]({%- link _documentation/api/s/a.md -%})\n"
    );
}

#[test]
fn what_is_not_listed_comes_last() {
    let options = project(
        "markdown",
        &[(
            "markdown/page.md.jinja",
            "{{ document.id }} {{ document.order }}",
        )],
    );
    let files = made(
        &["s/x", "s/a", "t/b"],
        &sections("s", &["x", "x"]),
        &options,
    )
    .unwrap();
    let told: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.lines().next().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("index.md", "# API reference"),
            ("s/a.md", "s/a 3"),
            ("s/index.md", "# It's"),
            ("s/x.md", "s/x 1"),
            ("t/b.md", "t/b 1"),
            ("t/index.md", "# t"),
        ]
    );
}

#[test]
fn a_project_brings_its_own_set() {
    let options = project(
        "own",
        &[
            (
                "own/page.html.jinja",
                "{% include 'own/_head.html.jinja' %}<p>{{ document.title }}</p>{{ document.examples[0].response.body.b[0] }}",
            ),
            (
                "own/page.txt.jinja",
                "{{ document.examples[0] | http_response }}|{{ document.examples[0] | http_response(python=true) }}|{{ 1.5e-7 }}",
            ),
            ("own/_head.html.jinja", "<h1>{{ section.title }}</h1>"),
            ("own/site.json.jinja", "{{ sections | length }}"),
        ],
    );
    let files = made(
        &["s/<a>".replace(['<', '>'], "x").as_str()],
        &sections("s", &[]),
        &options,
    )
    .unwrap();
    let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["index.json", "s/xax.html", "s/xax.txt"]);
    assert_eq!(files[1].1, "<h1>It&#x27;s</h1><p>s&#x2f;xax</p>1.0");
    assert_eq!(
        files[2].1,
        "HTTP/1.1 200 OK\n\n{\n  \"b\": [\n    1.0,\n    18446744073709551616\n  ]\n}|HTTP/1.1 200 OK\n\n{\n  \"b\": [\n    1.0, \n    18446744073709551616\n  ]\n}|1.5e-07"
    );
}

#[test]
fn a_set_must_be_there() {
    let unknown = made(
        &[],
        &Sections::default(),
        &project("nope", &[("own/page.md.jinja", "")]),
    );
    assert_eq!(
        unknown.unwrap_err().to_string(),
        "there is no template set \"nope\"; there are markdown, own, sentry"
    );
    let empty = made(
        &[],
        &Sections::default(),
        &project("own", &[("own/pages.md.jinja", "")]),
    );
    assert_eq!(empty, Err(RenderError::NoPageTemplate("own".to_owned())));
}

#[test]
fn template_errors_have_their_place() {
    assert_eq!(
        fault("a\n{{ document.titel }}"),
        "my/own/page.md.jinja:2:4: `document.titel` is undefined, while s/a was rendered"
    );
    assert_eq!(
        fault("{{ nothing }}"),
        "my/own/page.md.jinja:1:4: `nothing` is undefined, while s/a was rendered"
    );
    assert_eq!(
        fault("{{ document.examples[7].request }}"),
        "my/own/page.md.jinja:1:21: `document.examples[7]` is undefined, while s/a was rendered"
    );
    // The block that is left open, not the place at which its end is missed.
    for text in [
        "a\n\n  {% if x %}\n",
        "{# {% for #}\n{{ '}' }}{% for x in y %}{% endfor %}\n  {%- if x %}{% set a = 1 %}\n{% if y %}{% endif %}\n\nb",
    ] {
        assert_eq!(
            fault(text),
            "my/own/page.md.jinja:3:3: `if` is left open",
            "{text}"
        );
    }
    let syntax = fault("a\n{{ x");
    assert!(syntax.contains("unexpected end of input"), "{syntax}");
    let filter = fault("{{ document.title | nope }}");
    assert!(
        filter.contains("unknown filter: filter nope is unknown"),
        "{filter}"
    );
    let kind = fault("{{ document.title | curl }}");
    assert!(kind.contains("an example is needed"), "{kind}");
    let missing = fault("{% include 'own/x.jinja' %}");
    assert!(
        missing.contains("non-existing template 'own/x.jinja'"),
        "{missing}"
    );
}

#[test]
fn the_error_of_an_included_template_is_its_own() {
    let options = project(
        "own",
        &[
            ("own/page.md.jinja", "\n{% include 'own/b.jinja' %}"),
            ("own/b.jinja", "é {{ c }}"),
        ],
    );
    let error = made(&["s/a"], &Sections::default(), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my/own/b.jinja:1:6: `c` is undefined, while s/a was rendered"
    );
    let located = error.located().unwrap();
    assert_eq!(
        &located.label.source.text[located.label.span.clone().unwrap()],
        "c"
    );
}

#[test]
fn an_endless_template_ends() {
    let endless = fault(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
    );
    assert!(endless.contains("does not come to an end"), "{endless}");
    assert!(page("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}").is_err());
}

#[test]
fn a_template_must_be_utf_8() {
    let mut options = project("own", &[]);
    options
        .templates
        .insert("own/page.md.jinja", b"a\n\xff".to_vec());
    let error = made(&[], &Sections::default(), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "my/own/page.md.jinja:2:1: the template is not UTF-8"
    );
}

#[test]
fn pages_that_would_be_one_file_are_refused() {
    let clash = made(&["s/Index"], &sections("s", &[]), &Options::default());
    assert_eq!(
        clash.unwrap_err().to_string(),
        "s/Index and the index of section s would both be written to s/index.md; rename one of them"
    );
    let outside = made(&[], &sections("../s", &[]), &Options::default());
    assert!(matches!(outside, Err(RenderError::SectionId(_))));
}
