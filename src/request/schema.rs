//! JSON Schemas of the request bodies, from the same tables.
