//go:build tools

// Package operator pins k6-operator, which drives a load by several k6.
package operator

import _ "github.com/grafana/k6-operator/cmd"
