//go:build tools

// Package services pins what kind/airgap builds to run in a cluster where no image registry is reached.
package services

import _ "github.com/prometheus/prometheus/cmd/prometheus"
