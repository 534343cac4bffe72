use super::*;

fn names(text: &str) -> Vec<String> {
    let parsed = parse(text);
    let tell = |statement: &Statement| {
        let kind = match &statement.kind {
            StatementKind::Import { module, name } => format!("import {module} as {name}"),
            StatementKind::From {
                level,
                module,
                original,
                name,
            } => format!("from {level} {module} import {original} as {name}"),
            StatementKind::Star { level, module } => format!("from {level} {module} import *"),
            StatementKind::Class(class) => format!("class {}", class.name),
            StatementKind::Function(function) => format!("def {}", function.name),
            StatementKind::Assign { name, value } => format!("{name} = {}", shown(value)),
            StatementKind::Extend { name, value } => format!("{name} += {}", shown(value)),
            StatementKind::Append { name, value } => format!("{name} + [{}]", shown(value)),
            StatementKind::Change { name } => format!("{name}?"),
        };
        let guard = match statement.guard {
            Guard::None => "",
            Guard::Tried => "try: ",
            Guard::Unknown => "if: ",
        };
        format!("{guard}{kind}")
    };
    parsed.body.iter().map(tell).collect()
}

fn shown(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Nothing => "None".to_owned(),
        ExprKind::Text(text) => format!("{:?}", text.value),
        ExprKind::Name(_) | ExprKind::Attribute(..) => {
            expr.dotted().unwrap_or_else(|| "?.x".to_owned())
        }
        ExprKind::Call {
            function,
            arguments,
        } => {
            let arguments: Vec<_> = arguments
                .iter()
                .map(|argument| match &argument.keyword {
                    Some(keyword) => format!("{keyword}={}", shown(&argument.value)),
                    None => shown(&argument.value),
                })
                .collect();
            format!("{}({})", shown(function), arguments.join(", "))
        }
        ExprKind::Sequence(items) => {
            let items: Vec<_> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        ExprKind::Splat(inner) => format!("*{}", shown(inner)),
        ExprKind::Sum(left, right) => format!("{} + {}", shown(left), shown(right)),
        ExprKind::Other => "?".to_owned(),
    }
}

#[test]
fn imports() {
    assert_eq!(
        names(
            "from __future__ import absolute_import\nimport a.b, c.d as e\nfrom .. import f\nfrom .g.h import (i,\n  j as k,)\nfrom l import *\n"
        ),
        [
            "import a as a",
            "import c.d as e",
            "from 2  import f as f",
            "from 1 g.h import i as i",
            "from 1 g.h import j as k",
            "from 0 l import *",
        ]
    );
}

#[test]
fn lists_and_what_changes_them() {
    assert_eq!(
        names(
            "a = b = [u(r'^x$', V.as_view(), name='n'), *c] + d\na += (1,)\na.append(u())\na.extend(e)\na.insert(0, 1)\na[0] = 1\ndel a\nx, y = z\na: list = None\n"
        ),
        [
            "a = [u(\"^x$\", V.as_view(), name=\"n\"), *c] + d",
            "b = [u(\"^x$\", V.as_view(), name=\"n\"), *c] + d",
            "a += [?]",
            "a + [u()]",
            "a += e",
            "a?",
            "a?",
            "a?",
            "y?",
            "x?",
            "a = None",
        ]
    );
}

#[test]
fn what_depends_on_something_is_marked() {
    assert_eq!(
        names(
            "try:\n  import a\nexcept ImportError, e:\n  import b\nif c:\n  d = 1\nelif x:\n  e = 2\nelse:\n  f = 3\nfor i in y:\n  z += i\n"
        ),
        [
            "try: import a as a",
            "if: import b as b",
            "if: d = ?",
            "if: e = ?",
            "if: f = ?",
            "if: z += i",
        ]
    );
}

#[test]
fn python_2_is_read_too() {
    let parsed = parse(
        "class A(B, object):\n    print 'x', 0777\n    exec 'y'\n    @t.d\n    @s([a])\n    def get(self, (a, b)):\n        # first\n        u'''T\n\n        text'''\n        raise E, 'no'\n",
    );
    assert!(parsed.faults.is_empty());
    let StatementKind::Class(class) = &parsed.body[0].kind else {
        panic!("{parsed:?}");
    };
    assert_eq!(class.bases.len(), 2);
    let StatementKind::Function(function) = &class.body[0].kind else {
        panic!("{class:?}");
    };
    assert_eq!(function.decorators.len(), 2);
    let docstring = function.docstring.as_ref().unwrap();
    assert_eq!(docstring.value, "T\n\n        text");
}

#[test]
fn only_a_literal_in_the_first_place_is_a_docstring() {
    let docstring = |body: &str| match &parse(&format!("def f():\n    {body}\n")).body[0].kind {
        StatementKind::Function(function) => {
            function.docstring.as_ref().map(|text| text.value.clone())
        }
        _ => None,
    };
    assert_eq!(docstring("'a' 'b'").as_deref(), Some("ab"));
    assert_eq!(docstring("f'a{b}'"), None);
    assert_eq!(docstring("pass\n    'a'"), None);
    assert_eq!(docstring("x = 'a'"), None);
}

#[test]
fn a_fault_has_its_place_and_hides_nothing_else() {
    let text = "a = 1\nb = = 2\nc = [d]\n";
    let parsed = parse(text);
    assert!(parsed.faults[0].start >= 6, "{:?}", parsed.faults);
    let names: Vec<_> = parsed
        .body
        .iter()
        .filter_map(|one| one.kind.name())
        .collect();
    assert!(names.contains(&"a") && names.contains(&"c"), "{names:?}");
}

#[test]
fn deep_nesting_ends() {
    for text in [
        format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}1", "1 + ".repeat(100_000)),
        "if x:\n".to_owned()
            + &(1..3_000)
                .map(|n| " ".repeat(n) + "if x:\n")
                .collect::<String>(),
    ] {
        parse(&text);
    }
}
