//go:build tools

// Package tools pins the programs the harness drives. ./bootstrap builds them
// when they are not on PATH.
package tools

import (
	_ "github.com/openfaas/faas-cli"
	_ "go.k6.io/k6"
)
