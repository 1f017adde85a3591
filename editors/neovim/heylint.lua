-- For init.lua of Neovim 0.8 and newer (or require this file). From 0.11 on, use vim.lsp.config as in ../README.md.
vim.api.nvim_create_autocmd("FileType", {
  pattern = { "json", "jsonc", "jsonl", "toml" },
  callback = function(event)
    local name = vim.api.nvim_buf_get_name(event.buf)
    if vim.bo[event.buf].filetype == "toml" and not name:match("heylint%.toml$") then
      return
    end
    local root = vim.fs.find({ "heylint.toml", ".git" }, { upward = true, path = vim.fs.dirname(name) })[1]
    vim.lsp.start({
      name = "heylint",
      cmd = { "heylint", "lsp" },
      root_dir = root and vim.fs.dirname(root) or vim.fs.dirname(name),
    })
  end,
})
vim.filetype.add({ extension = { jsonl = "jsonl", ndjson = "jsonl" } })
