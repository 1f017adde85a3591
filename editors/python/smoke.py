"""A session with `heylint lsp` through pygls, the language client of the Python world.

usage: smoke.py HEYLINT FOLDER, with FOLDER/draft.json
"""

import asyncio
import pathlib
import sys

from lsprotocol import types
from pygls.lsp.client import BaseLanguageClient


async def main(program: str, folder: pathlib.Path) -> int:
    client = BaseLanguageClient("smoke", "1")
    published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _(params: types.PublishDiagnosticsParams) -> None:
        published.put_nowait(params)

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _(params: types.RegistrationParams) -> None:
        print("registers:", ", ".join(one.method for one in params.registrations))

    await client.start_io(program, "lsp")
    encodings = [types.PositionEncodingKind.Utf32, types.PositionEncodingKind.Utf16]
    answer = await client.initialize_async(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=encodings),
                workspace=types.WorkspaceClientCapabilities(
                    did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
                    workspace_edit=types.WorkspaceEditClientCapabilities(
                        document_changes=True,
                        resource_operations=[types.ResourceOperationKind.Create, types.ResourceOperationKind.Rename],
                    ),
                ),
                text_document=types.TextDocumentClientCapabilities(
                    code_action=types.CodeActionClientCapabilities(
                        code_action_literal_support=types.ClientCodeActionLiteralOptions(
                            code_action_kind=types.ClientCodeActionKindOptions(value_set=[types.CodeActionKind.QuickFix])
                        )
                    )
                ),
            ),
            root_uri=folder.as_uri(),
            workspace_folders=[types.WorkspaceFolder(uri=folder.as_uri(), name="folder")],
        )
    )
    print("server:", answer.server_info.name, "positions:", answer.capabilities.position_encoding)
    client.initialized(types.InitializedParams())

    draft = folder / "draft.json"
    uri, text = draft.as_uri(), draft.read_text(encoding="utf-8")
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri=uri, language_id="json", version=1, text=text))
    )
    first = await asyncio.wait_for(published.get(), 20)
    for item in first.diagnostics:
        start = item.range.start
        print(f"{start.line + 1}:{start.character + 1}: {item.code} {item.message.splitlines()[0]}")
    document = types.TextDocumentIdentifier(uri)
    worst = first.diagnostics[0]
    hover = await client.text_document_hover_async(types.HoverParams(document, worst.range.start))
    print("hover:", hover.contents.value.splitlines()[0])
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, worst.range, types.CodeActionContext(diagnostics=[worst]))
    )
    for action in actions:
        print("action:", action.title)
    items = await client.text_document_completion_async(types.CompletionParams(document, types.Position(0, 1)))
    print("completion:", " ".join(item.label for item in items.items))
    good = '{"type": "avatar", "avatar_id": "a", "script": "Hi", "voice_id": "v"}'
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(version=2, uri=uri),
            [types.TextDocumentContentChangeWholeDocument(text=good)],
        )
    )
    second = await asyncio.wait_for(published.get(), 20)
    print("version", second.version, "has", len(second.diagnostics), "diagnostics")
    await client.shutdown_async(None)
    client.exit(None)
    await asyncio.wait_for(client._server.wait(), 20)
    print("exit status:", client._server.returncode)
    await client.stop()
    return 0 if not second.diagnostics and first.diagnostics else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve())))
