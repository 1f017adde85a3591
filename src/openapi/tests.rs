use super::*;

fn read(text: &str) -> ApiDocument {
    ApiDocument::read(text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

/// A document whose only body is this schema, and these components.
fn of(schema: &str, components: &str) -> ApiDocument {
    read(&format!(
        r#"{{"openapi": "3.1.0", "paths": {{"/a": {{"post": {{"requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}},
            "components": {{"schemas": {components}}}}}"#
    ))
}

fn look(document: &ApiDocument) -> ApiSchema<'_> {
    document.look(document.operations()[0].body.expect("a body").schema)
}

fn field<'d>(document: &'d ApiDocument, schema: &ApiSchema<'d>, name: &str) -> ApiSchema<'d> {
    let SchemaKind::Object { fields, .. } = &schema.kind else { panic!("no object: {schema:?}") };
    document.look(fields.iter().find(|field| field.name == name).expect("the field").node)
}

#[test]
fn references_are_followed_and_parts_merged() {
    let document = of(
        r##"{"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {"$ref": "#/components/schemas/Speed"}}, "required": ["b"]}],
            "additionalProperties": false}"##,
        r##"{"Base": {"type": "object", "properties": {"a": {"type": "string", "maxLength": 5}}, "required": ["a"]},
            "Speed": {"allOf": [{"type": "number", "minimum": 0.5, "maximum": 2}, {"maximum": 1.5}]}}"##,
    );
    let schema = look(&document);
    let SchemaKind::Object { fields, closed: true, others: None } = &schema.kind else { panic!("{schema:?}") };
    let names: Vec<_> = fields.iter().map(|field| (field.name, field.required)).collect();
    assert_eq!(names, [("a", true), ("b", true)]);
    let SchemaKind::Number { integer: false, range, .. } = field(&document, &schema, "b").kind else {
        panic!("no number")
    };
    assert_eq!((range.min, range.max), (Some(0.5), Some(1.5)));
}

#[test]
fn null_is_said_in_four_ways() {
    for schema in [
        r#"{"type": "string", "nullable": true}"#,
        r#"{"type": ["string", "null"]}"#,
        r#"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#,
        r#"{"type": "string", "enum": ["a", null]}"#,
    ] {
        let document = of(schema, "{}");
        let schema = look(&document);
        assert!(schema.null && matches!(schema.kind, SchemaKind::Text { .. }), "{schema:?}");
    }
    let document = of(r#"{"type": "string"}"#, "{}");
    assert!(!look(&document).null);
}

#[test]
fn bounds_that_are_excluded_are_written_in_two_ways() {
    for schema in [
        r#"{"type": "number", "minimum": 0, "exclusiveMinimum": true}"#,
        r#"{"type": "number", "exclusiveMinimum": 0}"#,
    ] {
        let document = of(schema, "{}");
        let SchemaKind::Number { range, .. } = look(&document).kind else { panic!("no number") };
        assert_eq!((range.min, range.above), (None, Some(0.0)));
    }
}

#[test]
fn branches_have_tags() {
    let mapped = r##"{"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "type", "mapping": {"cat": "#/components/schemas/Cat", "tom": "Cat", "dog": "Dog"}}}"##;
    let constant = r##"{"oneOf": [{"properties": {"type": {"const": "cat"}}}, {"properties": {"type": {"enum": ["tom"]}}}, {"properties": {"type": {"const": "dog"}}}]}"##;
    let components =
        r#"{"Cat": {"type": "object", "properties": {"lives": {"type": "integer"}}}, "Dog": {"type": "object"}}"#;
    for schema in [mapped, constant] {
        let document = of(schema, components);
        let SchemaKind::OneOf { by: Some("type"), branches, .. } = look(&document).kind else { panic!("{schema}") };
        let tags: Vec<_> = branches.iter().filter_map(|branch| branch.tag).collect();
        assert_eq!(tags, ["cat", "tom", "dog"]);
    }
}

#[test]
fn yaml_is_read_as_json_is() {
    let text = "openapi: 3.1.0\ninfo: {title: A, version: '2026-10-01'}\nservers: [{url: https://api.test/v3}]\npaths:\n  /a/{id}:\n    parameters:\n      - {name: limit, in: query, schema: &limit {type: integer, maximum: 100}}\n    get:\n      parameters: [{name: size, in: query, required: true, schema: *limit}]\n      responses: {200: {}}\n";
    let document = read(text);
    let operations = document.operations();
    let [operation] = operations.as_slice() else { panic!("{operations:?}") };
    assert_eq!((operation.method.as_str(), operation.path.as_str()), ("GET", "/v3/a/{id}"));
    let names: Vec<_> = operation.query.iter().map(|field| (field.name, field.required)).collect();
    assert_eq!(names, [("size", true), ("limit", false)]);
    for field in &operation.query {
        let SchemaKind::Number { integer: true, range, .. } = document.look(field.node).kind else {
            panic!("no number")
        };
        assert_eq!(range.max, Some(100.0));
    }
    assert_eq!((document.title(), document.version()), ("A", "2026-10-01"));
}

#[test]
fn a_hostile_document_ends_soon() {
    let started = std::time::Instant::now();
    // References in a circle, through parts and by themselves.
    for components in [
        r##"{"A": {"$ref": "#/components/schemas/A"}}"##,
        r##"{"A": {"$ref": "#/components/schemas/B"}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}]}}"##,
        r##"{"A": {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/A"}]}}"##,
        r##"{"A": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}}"##,
    ] {
        let document = of(r##"{"$ref": "#/components/schemas/A"}"##, components);
        assert!(matches!(look(&document).kind, SchemaKind::Any), "{components}");
    }
    // Each part refers twice to the one before it: 2^28 reads.
    let doubling: Vec<String> = (0..28)
        .map(|at| {
            let next = format!("{{\"$ref\": \"#/components/schemas/S{}\"}}", at + 1);
            format!("\"S{at}\": {{\"allOf\": [{next}, {next}]}}")
        })
        .collect();
    let document = of(r##"{"$ref": "#/components/schemas/S0"}"##, &format!("{{{}}}", doubling.join(",")));
    assert!(matches!(look(&document).kind, SchemaKind::Any));
    assert!(document.is_exhausted());
    // Aliases that double.
    let mut text = "openapi: 3.1.0\npaths: {}\nx0: &a0 [1, 1]\n".to_owned();
    for at in 1..40 {
        text.push_str(&format!("x{at}: &a{at} [*a{}, *a{}]\n", at - 1, at - 1));
    }
    assert!(ApiDocument::read(&text).expect_err("too much").contains("values"));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!(
            "{{\"openapi\": \"3.1.0\", \"paths\": {{}}, \"x\": {}1{}}}",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        assert!(ApiDocument::read(&deep).is_err());
        assert!(
            ApiDocument::read(&format!(
                "# YAML\nopenapi: 3.1.0\nx: {}1{}\n",
                open.repeat(100_000),
                close.repeat(100_000)
            ))
            .is_err()
        );
    }
    assert!(ApiDocument::read(&" ".repeat(MOST_BYTES + 1)).is_err());
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn texts_that_are_not_openapi_are_errors() {
    for (text, why) in [
        ("", "it is empty"),
        ("{", "it is not JSON"),
        ("a: [", "it is not YAML"),
        ("{}", "it has no `openapi`"),
        (r#"{"swagger": "2.0"}"#, "Swagger 2"),
        (r#"{"openapi": "4.0"}"#, "OpenAPI 4.0"),
        (r#"{"openapi": "3.0.3"}"#, "no paths"),
    ] {
        let fault = ApiDocument::read(text).expect_err("no document");
        assert!(fault.contains(why), "{text}: {fault}");
    }
}
