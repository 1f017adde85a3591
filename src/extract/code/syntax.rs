//! The relevant nodes of the grammars, by purpose.

use std::ops::Range;

use tree_sitter::{Node, Tree};

/// A language with a grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Python,
    /// With JSX.
    JavaScript,
    TypeScript,
}

/// The arguments of a call. Those that JavaScript puts into an object count as named.
pub struct Arguments<'t> {
    pub positional: Vec<Node<'t>>,
    named: Vec<(&'t str, Node<'t>)>,
}

impl<'t> Arguments<'t> {
    pub fn named(&self, name: &str) -> Option<Node<'t>> {
        self.named.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// Properties that only options for sending have.
const OPTIONS: [&str; 6] = ["method", "headers", "body", "url", "baseURL", "timeout"];
/// Properties that hold what is sent, in an object that has no others.
const SENT_AS: [&str; 5] = ["json", "form", "multipart", "data", "searchParams"];

/// Keywords and properties for a body.
const BODIES: [&str; 6] = ["json", "body", "data", "payload", "content", "json_body"];

fn slice<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or("")
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

impl Language {
    pub fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            // The grammar without JSX would add 1.4 MB to the program for the sake of `<T>value`.
            Self::JavaScript | Self::TypeScript => tree_sitter_typescript::LANGUAGE_TSX.into(),
        }
    }

    /// The first type in angle brackets before a value, `<T>value`, which the grammar takes for the beginning of an
    /// element.
    pub fn assertion(self, tree: &Tree) -> Option<Range<usize>> {
        let root = tree.root_node();
        if self != Self::TypeScript || !root.has_error() {
            return None;
        }
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            if node.kind() == "jsx_opening_element" {
                return Some(node.byte_range());
            }
            if !cursor.goto_first_child() {
                while !cursor.goto_next_sibling() {
                    if !cursor.goto_parent() {
                        return None;
                    }
                }
            }
        }
    }

    /// Its name in reports.
    pub fn form(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
        }
    }

    pub fn is_object(self, node: Node<'_>) -> bool {
        node.kind() == if self == Self::Python { "dictionary" } else { "object" }
    }

    pub fn is_call(self, node: Node<'_>) -> bool {
        matches!(node.kind(), "call" | "call_expression" | "new_expression")
    }

    /// A name and the value assigned to it: `name = …`, `self.name = …`, `with … as name`.
    pub fn given<'t>(self, node: Node<'t>, text: &'t str) -> Option<(&'t str, Node<'t>)> {
        let (name, value) = match node.kind() {
            "assignment" | "assignment_expression" => ("left", "right"),
            "variable_declarator" => ("name", "value"),
            "as_pattern" => {
                let name = node.child_by_field_name("alias")?.named_child(0)?;
                return (name.kind() == "identifier").then_some((slice(name, text), node.named_child(0)?));
            }
            _ => return None,
        };
        let own = |name: &Node<'t>| {
            let owner = name.child_by_field_name("object").map_or("", |owner| slice(owner, text));
            name.kind() == "identifier" || matches!(owner, "self" | "this")
        };
        let name = node.child_by_field_name(name).filter(own)?;
        Some((slice(name, text), node.child_by_field_name(value)?))
    }

    /// The name whose member this sets: `name["x"] = …`, `name.x = …`, `name.update(…)`, `Object.assign(name, …)`, `del
    /// name["x"]`.
    pub fn changed<'t>(self, node: Node<'t>, text: &'t str) -> Option<&'t str> {
        let owner = |node: Node<'t>| {
            let member =
                matches!(node.kind(), "subscript" | "attribute" | "member_expression" | "subscript_expression");
            let first = node.named_child(0).filter(|_| member)?;
            (first.kind() == "identifier").then(|| slice(first, text))
        };
        match node.kind() {
            "assignment" | "assignment_expression" | "augmented_assignment" | "augmented_assignment_expression" => {
                owner(node.child_by_field_name("left")?)
            }
            "delete_statement" => owner(node.named_child(0)?),
            "unary_expression" if slice(node, text).starts_with("delete ") => owner(node.named_child(0)?),
            "call" | "call_expression" => {
                let function = node.child_by_field_name("function")?;
                match self.callee(node, text)? {
                    "update" | "setdefault" | "pop" => owner(function),
                    "assign" => {
                        let first = node.child_by_field_name("arguments")?.named_child(0)?;
                        (first.kind() == "identifier").then(|| slice(first, text))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether this is a keyword argument or a property for a body, or a return value.
    pub fn is_body(self, node: Node<'_>, text: &str) -> bool {
        let name = match node.kind() {
            "keyword_argument" => node.child_by_field_name("name"),
            "pair" => node.child_by_field_name("key"),
            "return_statement" => return true,
            _ => None,
        };
        name.is_some_and(|name| BODIES.contains(&unquoted(slice(name, text))))
    }

    /// Whether the content is in the same place as the node.
    pub fn is_transparent(self, node: Node<'_>) -> bool {
        matches!(
            node.kind(),
            "parenthesized_expression"
                | "as_expression"
                | "satisfies_expression"
                | "argument_list"
                | "arguments"
                | "list"
                | "array"
        )
    }

    /// `json.dumps(…)`, `JSON.stringify(…)`.
    pub fn is_serialiser(self, call: Node<'_>, text: &str) -> bool {
        let function = call.child_by_field_name("function");
        function.is_some_and(|function| matches!(slice(function, text), "json.dumps" | "JSON.stringify" | "dumps"))
    }

    /// The argument of a serialiser, even if the result is then encoded to bytes.
    pub fn serialised<'t>(self, node: Node<'t>, text: &'t str) -> Option<Node<'t>> {
        if !self.is_call(node) {
            return None;
        }
        if self.is_serialiser(node, text) {
            return node.child_by_field_name("arguments")?.named_child(0);
        }
        let function = node.child_by_field_name("function")?;
        let encodes = self.callee(node, text) == Some("encode");
        if encodes { function.named_child(0) } else { None }
    }

    /// The last name of the callee: `post` in `client.session.post(…)`.
    pub fn callee<'t>(self, call: Node<'t>, text: &'t str) -> Option<&'t str> {
        let function = call.child_by_field_name("function").or_else(|| call.child_by_field_name("constructor"))?;
        // The grammar has the call of `await request<T>(…)` around the `await`.
        let function = if function.kind() == "await_expression" { function.named_child(0)? } else { function };
        let name = match function.kind() {
            "identifier" => function,
            "attribute" => function.child_by_field_name("attribute")?,
            "member_expression" => function.child_by_field_name("property")?,
            _ => return None,
        };
        Some(slice(name, text))
    }

    /// The first name of an expression: `httpx` in `httpx.Client().post(…)`.
    pub fn root<'t>(self, expression: Node<'t>, text: &'t str) -> Option<&'t str> {
        let mut node = expression;
        loop {
            node = match node.kind() {
                "call" | "call_expression" => node.child_by_field_name("function")?,
                "new_expression" => node.child_by_field_name("constructor")?,
                "attribute" | "member_expression" => node.child_by_field_name("object")?,
                "await" | "await_expression" => node.named_child(0)?,
                "identifier" => return Some(slice(node, text)),
                _ => return None,
            };
        }
    }

    /// What the function of a call belongs to, as it is written: `self.session` in `self.session.post(…)`.
    pub fn receiver<'t>(self, call: Node<'t>, text: &'t str) -> Option<&'t str> {
        let function = call.child_by_field_name("function")?;
        let function = if function.kind() == "await_expression" { function.named_child(0)? } else { function };
        Some(slice(function.child_by_field_name("object")?, text))
    }

    /// The keyword or property before the value of an argument.
    pub fn keyword(self, value: Node<'_>) -> Option<Node<'_>> {
        let parent = value.parent()?;
        match parent.kind() {
            "keyword_argument" => parent.child_by_field_name("name"),
            "pair" => parent.child_by_field_name("key"),
            _ => None,
        }
    }

    pub fn arguments<'t>(self, call: Node<'t>, text: &'t str) -> Arguments<'t> {
        let mut arguments = Arguments { positional: Vec::new(), named: Vec::new() };
        let Some(list) = call.child_by_field_name("arguments") else { return arguments };
        let mut cursor = list.walk();
        for argument in list.named_children(&mut cursor) {
            match argument.kind() {
                "comment" => {}
                "keyword_argument" => {
                    let parts = argument.child_by_field_name("name").zip(argument.child_by_field_name("value"));
                    arguments.named.extend(parts.map(|(name, value)| (slice(name, text), value)));
                }
                "object" => {
                    let properties = self.properties(argument, text);
                    // These are options for sending, not a body.
                    let is_options = properties.iter().any(|(name, _)| OPTIONS.contains(name))
                        || !properties.is_empty() && properties.iter().all(|(name, _)| SENT_AS.contains(name));
                    if is_options {
                        arguments.named.extend(properties);
                    } else {
                        arguments.positional.push(argument);
                    }
                }
                _ => arguments.positional.push(argument),
            }
        }
        arguments
    }

    /// The plain properties of an object.
    pub fn properties<'t>(self, object: Node<'t>, text: &'t str) -> Vec<(&'t str, Node<'t>)> {
        let mut cursor = object.walk();
        let of = |member: Node<'t>| match member.kind() {
            "pair" => {
                Some((unquoted(slice(member.child_by_field_name("key")?, text)), member.child_by_field_name("value")?))
            }
            "shorthand_property_identifier" => Some((slice(member, text), member)),
            _ => None,
        };
        object.named_children(&mut cursor).filter_map(of).collect()
    }

    /// The text of a keyword or property.
    pub fn key_name<'t>(self, key: Node<'_>, text: &'t str) -> &'t str {
        unquoted(slice(key, text))
    }

    /// The name, if the expression is one.
    pub fn name<'t>(self, node: Node<'t>, text: &'t str) -> Option<&'t str> {
        matches!(node.kind(), "identifier" | "shorthand_property_identifier").then(|| slice(node, text))
    }
}
