"""A session with `heylint lsp` through pygls, a language client in Python.

usage: smoke.py HEYLINT FOLDER, with FOLDER/draft.json
"""

import asyncio
import json
import pathlib
import struct
import sys

from lsprotocol import types
from pygls.lsp.client import BaseLanguageClient


def bmp(width: int, height: int) -> bytes:
    """Returns a picture in a format that no use accepts; the width must be a multiple of 4."""
    size = width * height * 3
    head = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 54 + size, 0, 54, 40, width, height, 1, 24, 0, size, 2835, 2835, 0, 0)
    return head + bytes(at % 251 for at in range(size))


async def mend(client: BaseLanguageClient, folder: pathlib.Path, edits: list[types.ApplyWorkspaceEditParams]) -> None:
    """Runs the remedy of a picture: the client edits the open draft, and the original stays."""
    picture = bmp(64, 48)
    (folder / "pic.bmp").write_bytes(picture)
    body = {"type": "image", "image": {"type": "url", "url": "pic.bmp"}, "voice_id": "v", "script": "Hi"}
    draft = folder / "picture.json"
    draft.write_text(json.dumps(body))
    document = types.TextDocumentIdentifier(draft.as_uri())
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(document.uri, "json", 1, draft.read_text()))
    )
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, everything, types.CodeActionContext(diagnostics=[]))
    )
    action = next(action for action in actions if action.title.startswith("mend "))
    print("action:", action.title)
    # lsprotocol mistakes an action that has a command for a bare command, and loses its arguments.
    arguments = types.ExecuteCommandParams("heylint.mend", [{"file": (folder / "pic.bmp").as_uri()}])
    answer = await asyncio.wait_for(client.workspace_execute_command_async(arguments), 60)
    [change] = edits[0].edit.document_changes
    [edit] = change.edits
    line = draft.read_text()
    after = line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
    assert json.loads(after)["image"]["url"] == "pic.png", after
    assert draft.read_text() == line and (folder / "pic.bmp").exists(), "the server must not write to an open draft"
    draft.write_text(after)
    version = types.VersionedTextDocumentIdentifier(version=2, uri=document.uri)
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(version, [types.TextDocumentContentChangeWholeDocument(text=after)])
    )
    client.text_document_did_save(types.DidSaveTextDocumentParams(document))
    for _ in range(200):
        if not (folder / "pic.bmp").exists():
            break
        await asyncio.sleep(0.05)
    assert not (folder / "pic.bmp").exists(), "the old name still exists"
    assert (folder / "pic.bmp.orig").read_bytes() == picture
    print("mended:", pathlib.Path(answer["file"] if isinstance(answer, dict) else answer.file).name)


async def main(program: str, folder: pathlib.Path) -> int:
    client = BaseLanguageClient("smoke", "1")
    published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _(params: types.PublishDiagnosticsParams) -> None:
        published.put_nowait(params)

    edits: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def _(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        edits.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

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
                    apply_edit=True,
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
    await mend(client, folder, edits)
    await client.shutdown_async(None)
    client.exit(None)
    await asyncio.wait_for(client._server.wait(), 20)
    print("exit status:", client._server.returncode)
    await client.stop()
    return 0 if not second.diagnostics and first.diagnostics else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve())))
