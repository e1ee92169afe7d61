// Package container is the interface between container services and the engines that run
// their deployments.
//
// A [Driver] is asked in the call that makes a deployment, and says what becomes of it. It is
// given all of a deployment that an engine needs. The caller makes states, times and log lines
// of the answer, stores them, and decides what is permitted.
//
// The package does not know the resources of the API, and stores nothing.
package container

// Deployment is a version of a service's containers.
type Deployment struct {
	// Service is the id of the service, which no other one ever has, and Version the number of
	// the deployment among those of the service.
	Service string
	Version int64
	Region  string
	// Nodes is how many nodes run the containers, CPUs and RAMGiB what each node has.
	Nodes  int
	CPUs   float32
	RAMGiB float32
	// PrivateRegistry says that images can be pulled from private repositories of the region's
	// Amazon ECR.
	PrivateRegistry bool
	Containers      []Container
	// Endpoint is where clients reach the deployment; nil if they do not.
	Endpoint *Endpoint
}

// Container is one of those that run beside each other on a node.
type Container struct {
	Name string
	// Image is a reference to an image of a registry. Digest is that of an image that was pushed
	// to the service, and Image is empty then.
	Image, Digest string
	Command       []string
	Environment   map[string]string
	// Ports are the open ones, from 1 to 65535, with HTTP, HTTPS, TCP or UDP.
	Ports map[int]string
}

// Endpoint is a port of a container with its health check.
type Endpoint struct {
	Container string
	Port      int
	// Path is what the check asks for. Any status that Accepts reports is an answer of a healthy
	// container.
	Path    string
	Accepts func(status int) bool
}

// Fate is what becomes of a deployment.
type Fate string

// The fates of deployments.
const (
	// Healthy deployments take the place of the one before.
	Healthy Fate = "healthy"
	// Unhealthy ones start, but do not answer their health check, or end.
	Unhealthy Fate = "unhealthy"
	// Unpullable ones cannot start, since an image of theirs cannot be pulled.
	Unpullable Fate = "unpullable"
)

// Driver runs deployments. It is safe for concurrent use.
type Driver interface {
	// Deploy says what becomes of a deployment. It is called within a transaction, which may be
	// repeated or not be stored: the same deployment has the same fate, and nothing is started.
	Deploy(d Deployment) Fate
}
