//go:build tools

// Package kind pins the program that makes clusters of containers.
package kind

import _ "sigs.k8s.io/kind"
