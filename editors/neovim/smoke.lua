-- Opens a draft in a real Neovim, prints what the server returns, applies a fix, and prints the result.
--   nvim --headless -u NONE -i NONE -n -c 'luafile editors/neovim/smoke.lua'
-- HEYLINT is the program, DRAFT a file in a writable folder.
local program, draft = os.getenv("HEYLINT"), os.getenv("DRAFT")

local function say(...)
  io.stdout:write(table.concat({ ... }, " "), "\n")
end

local function fail(why)
  say("FAILED:", why)
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    fail("timed out waiting for " .. what)
  end
end

local function run()
  vim.cmd("edit " .. vim.fn.fnameescape(draft))
  local buffer = vim.api.nvim_get_current_buf()
  -- An init.lua contains the part from here …
  local id = vim.lsp.start_client({
    name = "heylint",
    cmd = { program, "lsp" },
    root_dir = vim.fn.fnamemodify(draft, ":p:h"),
  })
  vim.lsp.buf_attach_client(buffer, id)
  -- … to here.
  wait("the start", function()
    local client = vim.lsp.get_client_by_id(id)
    return client and client.initialized
  end)
  local client = vim.lsp.get_client_by_id(id)
  say("server:", client.server_capabilities.positionEncoding or "utf-16")

  local function found()
    return vim.diagnostic.get(buffer)
  end
  local function tell()
    local list = found()
    table.sort(list, function(a, b)
      return a.lnum < b.lnum or (a.lnum == b.lnum and a.col < b.col)
    end)
    for _, item in ipairs(list) do
      say(string.format("%d:%d: %s %s", item.lnum + 1, item.col + 1, item.code or "", (item.message:gsub("\n.*", ""))))
    end
    say(#list, #list == 1 and "diagnostic" or "diagnostics")
  end
  wait("diagnostics", function()
    return #found() > 0
  end)
  tell()

  local function request(method, params)
    local answers = vim.lsp.buf_request_sync(buffer, method, params, 20000) or {}
    local answer = answers[id]
    if not answer or answer.err then
      fail(method .. ": " .. vim.inspect(answer))
    end
    return answer.result
  end
  local document = vim.lsp.util.make_text_document_params(buffer)
  local first = found()[1]
  -- The text before a finding is ASCII, so byte columns equal UTF-16 columns.
  local place = { line = first.lnum, character = first.col }
  local range = { start = place, ["end"] = { line = first.end_lnum, character = first.end_col } }

  local hover = request("textDocument/hover", { textDocument = document, position = place })
  say("hover:", (hover.contents.value:gsub("\n.*", "")))

  local actions = request("textDocument/codeAction", {
    textDocument = document,
    range = range,
    context = { diagnostics = {} },
  })
  for _, action in ipairs(actions) do
    say("action:", action.title)
  end
  local all = request("textDocument/codeAction", {
    textDocument = document,
    range = range,
    context = { diagnostics = {}, only = { "source.fixAll.heylint" } },
  })
  vim.lsp.util.apply_workspace_edit(all[1].edit, "utf-16")
  local before = #found()
  wait("fewer diagnostics", function()
    return #found() < before
  end)
  say("after:", all[1].title)
  tell()
  say(table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n"))

  -- Starts to type a field name on a new line.
  vim.api.nvim_buf_set_lines(buffer, 1, 1, false, { '  "vo' })
  local items = request("textDocument/completion", { textDocument = document, position = { line = 1, character = 5 } })
  local names = {}
  for _, item in ipairs(items.items) do
    table.insert(names, item.label)
  end
  say("completion:", table.concat(names, " "))

  vim.lsp.stop_client(id)
  wait("the end", function()
    return vim.lsp.get_client_by_id(id) == nil
  end)
  say("stopped")
  vim.cmd("qall!")
end

local ok, why = pcall(run)
if not ok then
  fail(tostring(why))
end
