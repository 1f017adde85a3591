;;; smoke.el --- starts the server from Eglot and prints what it finds in $DRAFT  -*- lexical-binding: t -*-
;; Usage: HEYLINT=… DRAFT=… emacs --batch -l heylint.el -l smoke.el

(require 'flymake)

(let ((exec-path (cons (file-name-directory (getenv "HEYLINT")) exec-path))
      (eglot-sync-connect 30)
      (project-find-functions nil))
  (find-file (getenv "DRAFT"))
  (js-mode)
  (apply #'eglot (eglot--guess-contact))
  (let ((deadline (+ (float-time) 60)))
    (while (and (< (float-time) deadline)
                (null (flymake-diagnostics)))
      (accept-process-output nil 0.2)
      (flymake-start nil t)))
  (dolist (one (flymake-diagnostics))
    (message "%d: %s" (line-number-at-pos (flymake-diagnostic-beg one))
             (car (split-string (flymake-diagnostic-text one) "\n"))))
  (message "%s %s: %d diagnostics" (car (split-string (emacs-version) "\n")) "with Eglot"
           (length (flymake-diagnostics)))
  (let ((found (flymake-diagnostics)))
    (eglot-shutdown (eglot-current-server))
    (set-buffer-modified-p nil)
    (kill-emacs (if found 0 1))))
