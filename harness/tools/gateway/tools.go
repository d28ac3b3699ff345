//go:build tools

// Package gateway pins the OpenFaaS gateway that benchmarks put in front of our
// provider. It is no part of what this project ships.
package gateway

import _ "github.com/openfaas/faas/gateway"
