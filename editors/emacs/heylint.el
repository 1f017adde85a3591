;;; heylint.el --- heylint in Eglot  -*- lexical-binding: t -*-
;; For the init file. Emacs 29 and newer include Eglot; for Emacs 28, install the package `eglot'.

(require 'eglot)

(add-to-list 'eglot-server-programs '((js-mode js-json-mode json-mode json-ts-mode) . ("heylint" "lsp")))

;; `M-x eglot' in a draft starts the server; this hook starts it in all JSON files:
;; (add-hook 'js-json-mode-hook #'eglot-ensure)
