;;; heylint.el --- heylint in Eglot  -*- lexical-binding: t -*-
;; In the init file. Emacs 29 and newer has Eglot; for Emacs 28 it is the package `eglot'.

(require 'eglot)

(add-to-list 'eglot-server-programs '((js-mode js-json-mode json-mode json-ts-mode) . ("heylint" "lsp")))

;; Eglot starts with `M-x eglot' in a draft, or by itself in all drafts of a project:
;; (add-hook 'js-json-mode-hook #'eglot-ensure)
