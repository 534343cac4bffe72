//! The endpoints of a class: its methods with a docstring.

use std::ops::Range;
use std::sync::Arc;

use super::classes::{Attribute, Found, Lineage};
use super::docstring::{Docstring, NoteKind};
use super::fields::{self, Fields};
use super::modules::{ClassRef, Entity, Module, Modules};
use super::names::endpoint_name;
use super::sections::{self, Said, Section};
use super::syntax::{ExprKind, Function, StatementKind, argument, last_name};
use super::{Options, docstring};
use crate::document::DocumentName;
use crate::finding::{Finding, SourceFile, codes};

/// An endpoint of a class, wherever it is reached.
#[derive(Debug, Clone)]
pub(super) struct ClassEndpoint {
    pub name: DocumentName,
    pub method: String,
    /// `module.Class:method`.
    pub internal_path: String,
    pub docstring: Docstring,
    pub fields: Fields,
    pub scenarios: Vec<String>,
    pub source: Arc<SourceFile>,
    /// Where the method's name stands.
    pub span: Range<usize>,
}

/// What a class says.
#[derive(Debug, Clone, Default)]
pub(super) struct ClassEndpoints {
    pub endpoints: Vec<ClassEndpoint>,
    pub section: Option<Section>,
    /// Whether it is one of the classes that are looked for.
    pub is_endpoint: bool,
    pub findings: Vec<Finding>,
}

/// Reads a class.
pub(super) fn of(modules: &Modules<'_>, options: &Options, class: &ClassRef) -> ClassEndpoints {
    let lineage = Lineage::of(modules, class);
    let mut found = ClassEndpoints::default();
    if !lineage.has(&options.base_classes) {
        found.findings = not_an_endpoint(options, class, &lineage);
        return found;
    }
    found.is_endpoint = true;
    let reader = Reader {
        modules,
        options,
        class,
        lineage: &lineage,
    };
    let methods: Vec<_> = options
        .methods
        .iter()
        .filter_map(|method| reader.method(method, &mut found.findings))
        .collect();
    if methods.is_empty() {
        return found;
    }
    found.section = reader.section(&mut found.findings);
    if let Some(section) = &found.section {
        for method in methods {
            let endpoint = reader.endpoint(method, &section.id, &mut found.findings);
            found.endpoints.extend(endpoint);
        }
    }
    found
}

/// What is to tell of a class that inherits from none of the classes that are looked for.
fn not_an_endpoint(options: &Options, class: &ClassRef, lineage: &Lineage) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, span) in lineage.unknown() {
        let message = "the base is computed when the program runs: whether the class is an endpoint is not known";
        let finding = Finding::new(codes::COMPUTED_VALUE, message);
        findings.push(finding.at(&module.source, span.clone()));
    }
    let section = lineage.attribute(&options.section_attribute);
    if findings.is_empty() && section.is_some_and(|section| !is_nothing(&section)) {
        let message = format!(
            "{} has `{}`, but inherits from none of {}: it is not read",
            class.path(),
            options.section_attribute,
            options.base_classes.join(", ")
        );
        let finding = Finding::new(codes::UNKNOWN_VIEW, message);
        let finding = finding.at(&class.module.source, class.span());
        findings.push(finding.help(
            "name its base in `base_classes`, and the folders of all source in `paths`, of [source]",
        ));
    }
    findings
}

struct Reader<'r> {
    modules: &'r Modules<'r>,
    options: &'r Options,
    class: &'r ClassRef,
    lineage: &'r Lineage,
}

/// A method with a docstring.
struct Method {
    http: String,
    module: Arc<Module>,
    span: Range<usize>,
    function: Function,
    docstring: Docstring,
}

impl Reader<'_> {
    fn method(&self, http: &str, findings: &mut Vec<Finding>) -> Option<Method> {
        let attribute = self.lineage.attribute(&http.to_ascii_lowercase())?;
        let (module, function) = match attribute.function(self.modules) {
            Some(Found::Here(function)) => (Arc::clone(&attribute.class.module), function.clone()),
            Some(Found::There(module, function)) => (module, *function),
            None => {
                if !is_nothing(&attribute) {
                    let message = format!(
                        "what `{}` is shows only when the program runs: its docstring is not read",
                        http.to_ascii_lowercase()
                    );
                    findings.push(self.computed(&attribute, &message));
                }
                return None;
            }
        };
        let lines = docstring::clean(function.docstring.as_ref()?);
        Some(Method {
            http: http.to_ascii_uppercase(),
            span: attribute.span.clone(),
            module,
            docstring: docstring::parse(&lines),
            function,
        })
    }

    fn computed(&self, attribute: &Attribute<'_>, message: &str) -> Finding {
        Finding::new(codes::COMPUTED_VALUE, message)
            .at(&attribute.class.module.source, attribute.span.clone())
    }

    fn section(&self, findings: &mut Vec<Finding>) -> Option<Section> {
        let default = || match sections::of_text(self.options.default_section.as_deref()?) {
            Said::Section(section) => Some(section),
            _ => None,
        };
        let Some(attribute) = self.lineage.attribute(&self.options.section_attribute) else {
            return default();
        };
        let said = match attribute.kind {
            StatementKind::Assign { value, .. } => {
                sections::read(self.modules, &attribute.class.module, value)
            }
            _ => Said::Unknown,
        };
        match said {
            Said::Section(section) => Some(section),
            Said::Nothing => default(),
            Said::Unknown => {
                let message = format!(
                    "what `{}` is shows only when the program runs: the endpoints of {} are not read",
                    self.options.section_attribute,
                    self.class.path()
                );
                let finding = self.computed(&attribute, &message);
                findings.push(finding.help("give it a member of an enumeration, or a text"));
                None
            }
        }
    }

    fn endpoint(
        &self,
        method: Method,
        section: &str,
        findings: &mut Vec<Finding>,
    ) -> Option<ClassEndpoint> {
        let source = &method.module.source;
        let class = self.class.class().map(|class| class.name.as_str());
        let name = endpoint_name(
            &method.function.name,
            class.unwrap_or_default(),
            &self.options.class_suffix,
        );
        let name = match DocumentName::new(section, &name) {
            Ok(name) => name,
            Err(error) => {
                let finding = Finding::new(codes::UNSAFE_NAME, error.to_string());
                findings.push(
                    finding
                        .at(source, method.span)
                        .help("rename the class or its section"),
                );
                return None;
            }
        };
        let mut docstring = method.docstring;
        let fields = if self.options.plain_text {
            docstring.notes.clear();
            Fields::default()
        } else {
            fields::parse(
                &docstring.fields,
                &self.options.fields,
                &mut docstring.notes,
            )
        };
        for note in &docstring.notes {
            let (code, help) = match note.kind {
                NoteKind::Swallowed => (
                    codes::SWALLOWED_TEXT,
                    "put the text before the first field, as a paragraph",
                ),
                NoteKind::Malformed => (
                    codes::MALFORMED_FIELD,
                    "write a field as `:word type name: text`",
                ),
                NoteKind::Markup => (
                    codes::OPEN_MARKUP,
                    "close the markup, or put a backslash before it",
                ),
            };
            let finding = Finding::new(code, note.message.clone()).at(source, note.span.clone());
            findings.push(finding.about(&name).help(help));
        }
        let scenarios = self.scenarios(&method.module, &method.function, findings);
        Some(ClassEndpoint {
            name,
            method: method.http,
            internal_path: format!("{}:{}", self.class.path(), method.function.name),
            docstring,
            fields,
            scenarios,
            source: Arc::clone(source),
            span: method.span,
        })
    }

    /// The names of the scenarios that a decorator attaches.
    fn scenarios(
        &self,
        module: &Arc<Module>,
        function: &Function,
        findings: &mut Vec<Finding>,
    ) -> Vec<String> {
        let mut scenarios = Vec::new();
        for decorator in &function.decorators {
            let Some(list) = self.decorator(decorator, &self.options.attach_decorator) else {
                continue;
            };
            let ExprKind::Sequence(items) = &list.kind else {
                findings.push(
                    Finding::new(
                        codes::COMPUTED_VALUE,
                        "the scenarios are computed when the program runs, and are not read",
                    )
                    .at(&module.source, list.span.clone()),
                );
                continue;
            };
            for item in items {
                match self.ident(module, item) {
                    Some(ident) => scenarios.push(ident),
                    None => findings.push(
                        Finding::new(
                            codes::COMPUTED_VALUE,
                            "the name of this scenario is not in the source",
                        )
                        .at(&module.source, item.span.clone()),
                    ),
                }
            }
        }
        scenarios
    }

    /// The first argument of a decorator of that name.
    fn decorator<'d>(
        &self,
        decorator: &'d super::syntax::Expr,
        name: &str,
    ) -> Option<&'d super::syntax::Expr> {
        let ExprKind::Call {
            function,
            arguments,
        } = &decorator.kind
        else {
            return None;
        };
        (last_name(function) == Some(name)).then(|| argument(arguments, 0, "scenarios"))?
    }

    /// The name that a scenario's decorator gives it.
    fn ident(&self, module: &Arc<Module>, scenario: &super::syntax::Expr) -> Option<String> {
        let Entity::Function(place) = self.modules.resolve(module, scenario) else {
            return None;
        };
        let decorators = &place.function()?.decorators;
        decorators.iter().find_map(|decorator| {
            let ident = self.decorator(decorator, &self.options.scenario_decorator)?;
            match &ident.kind {
                ExprKind::Text(text) => Some(text.value.clone()),
                _ => None,
            }
        })
    }
}

fn is_nothing(attribute: &Attribute<'_>) -> bool {
    match attribute.kind {
        StatementKind::Assign { value, .. } => value.kind == ExprKind::Nothing,
        _ => false,
    }
}
