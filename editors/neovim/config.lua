-- Runs the example of ../README.md for Neovim 0.11 and newer; the server must start and report findings in the draft.
local lines, inside = {}, false
for line in io.lines(vim.env.README) do
  if line:match("^```") then
    inside = line == "```lua" and #lines == 0
  elseif inside then
    table.insert(lines, line)
  end
end
assert(#lines > 0, "no Lua in the README")
vim.env.PATH = vim.fs.dirname(vim.env.HEYLINT) .. ":" .. vim.env.PATH
assert(load(table.concat(lines, "\n")))()
vim.cmd("filetype on")
vim.cmd.edit(vim.env.DRAFT)
local found = vim.wait(30000, function()
  return #vim.diagnostic.get(0) > 0
end, 50)
print(found and (#vim.diagnostic.get(0) .. " diagnostics by vim.lsp.config") or "no diagnostics")
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop(true)
end
vim.cmd(found and "qall!" or "cquit!")
