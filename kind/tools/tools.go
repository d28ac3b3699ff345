//go:build tools

// Package tools pins the programs that bootstrap builds for the tests, where they are not on PATH.
package tools

import _ "sigs.k8s.io/kustomize/kustomize/v5"
