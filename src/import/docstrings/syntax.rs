//! The part of Python's syntax that endpoints are read from: names and what they are bound to.

use std::ops::Range;

/// A name that a module or the body of a class binds or changes, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where the part of it stands that a finding points to.
    pub span: Range<usize>,
    /// Under what it is done.
    pub guard: Guard,
}

/// What a statement may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    /// Nothing: it is done.
    None,
    /// The body of `try` or `with`: taken as done.
    Tried,
    /// `if`, a loop, or the other parts of `try`: nobody knows before the program runs.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum StatementKind {
    /// `import module`, `import module as name`.
    Import { module: String, name: String },
    /// `from module import original as name`; `level` is the number of dots.
    From {
        level: usize,
        module: String,
        original: String,
        name: String,
    },
    /// `from module import *`.
    Star { level: usize, module: String },
    /// A class.
    Class(Class),
    /// A function or method.
    Function(Function),
    /// `name = value`.
    Assign { name: String, value: Expr },
    /// `name += value`, `name.extend(value)`.
    Extend { name: String, value: Expr },
    /// `name.append(value)`.
    Append { name: String, value: Expr },
    /// The name is changed in a way that is not followed.
    Change { name: String },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Class {
    pub name: String,
    pub bases: Vec<Expr>,
    pub body: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Function {
    pub name: String,
    pub docstring: Option<Text>,
    /// The outermost first.
    pub decorators: Vec<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    pub kind: ExprKind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum ExprKind {
    /// `None`.
    Nothing,
    Text(Text),
    Name(String),
    Attribute(Box<Expr>, String),
    Call {
        function: Box<Expr>,
        arguments: Vec<Argument>,
    },
    /// A list or tuple.
    Sequence(Vec<Expr>),
    /// `*value` in a list, tuple or call.
    Splat(Box<Expr>),
    /// `a + b`.
    Sum(Box<Expr>, Box<Expr>),
    /// Anything else.
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument {
    /// The keyword; `**` for unpacked ones.
    pub keyword: Option<String>,
    pub value: Expr,
}

/// The value of a string literal, and where each part of it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub value: String,
    /// Offsets in the value and in the file, where a run of equal characters begins.
    runs: Vec<(usize, usize)>,
}

impl Text {
    /// A literal that begins at that byte of the file.
    pub fn new(at: usize) -> Self {
        let (value, runs) = (String::new(), vec![(0, at)]);
        Self { value, runs }
    }

    /// Adds characters; those of the file that they stand for begin at byte `at`.
    pub fn push(&mut self, part: &str, at: usize) {
        if self.offset(self.value.len()) != at {
            self.runs.push((self.value.len(), at));
        }
        self.value.push_str(part);
    }

    /// Adds the next literal of a concatenation.
    pub fn append(&mut self, other: &Self) {
        let start = self.value.len();
        self.runs
            .extend(other.runs.iter().map(|(at, offset)| (start + at, *offset)));
        self.value.push_str(&other.value);
    }

    /// The byte of the file that a byte of the value stands for.
    pub fn offset(&self, at: usize) -> usize {
        let behind = self.runs.partition_point(|(start, _)| *start <= at);
        match behind.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some((start, offset)) => offset + (at - start),
            None => 0,
        }
    }
}

impl StatementKind {
    /// The name that it binds or changes.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Import { name, .. }
            | Self::From { name, .. }
            | Self::Assign { name, .. }
            | Self::Extend { name, .. }
            | Self::Append { name, .. }
            | Self::Change { name } => Some(name),
            Self::Class(class) => Some(&class.name),
            Self::Function(function) => Some(&function.name),
            Self::Star { .. } => None,
        }
    }

    /// Whether it gives the name a value, rather than changing the one it has.
    pub fn binds(&self) -> bool {
        !matches!(
            self,
            Self::Extend { .. } | Self::Append { .. } | Self::Change { .. } | Self::Star { .. }
        )
    }
}

impl Expr {
    /// `a.b.c` as text, where it is nothing but names.
    pub fn dotted(&self) -> Option<String> {
        match &self.kind {
            ExprKind::Name(name) => Some(name.clone()),
            ExprKind::Attribute(object, name) => Some(format!("{}.{name}", object.dotted()?)),
            _ => None,
        }
    }
}

/// The last name of `a.b.c`.
pub(super) fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => Some(name),
        _ => None,
    }
}

/// The arguments without a keyword.
pub(super) fn positional(arguments: &[Argument]) -> impl Iterator<Item = &Expr> {
    arguments
        .iter()
        .filter(|argument| argument.keyword.is_none())
        .map(|argument| &argument.value)
}

/// The argument of that place or keyword.
pub(super) fn argument<'a>(
    arguments: &'a [Argument],
    place: usize,
    keyword: &str,
) -> Option<&'a Expr> {
    positional(arguments).nth(place).or_else(|| {
        let named = |argument: &&Argument| argument.keyword.as_deref() == Some(keyword);
        Some(&arguments.iter().find(named)?.value)
    })
}
