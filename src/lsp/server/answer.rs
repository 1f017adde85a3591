//! The answer to one request of the client.

use lsp_server::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::engine::guarded;

pub(super) type Answer = Result<Value, (ErrorCode, String)>;

/// Turns a panic into an error response.
pub(super) fn caught(work: impl FnOnce() -> Answer) -> Answer {
    guarded(work).unwrap_or_else(|fault| Err((ErrorCode::InternalError, format!("internal fault: {fault}"))))
}

pub(super) fn parsed<T: DeserializeOwned>(params: Value) -> Result<T, (ErrorCode, String)> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

pub(super) fn written(value: &impl serde::Serialize) -> Answer {
    serde_json::to_value(value).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_response() {
        let error = caught(|| panic!("row {} of nothing", 3)).expect_err("an error");
        assert!(matches!(error.0, ErrorCode::InternalError) && error.1.contains("row 3 of nothing"), "{}", error.1);
    }
}
