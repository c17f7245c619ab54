/** Checks the manifests that {@code k8s/} renders to, against the schemas of the API and against each other. */
@NullMarked
package io.podidentity.demo.manifests;

import org.jspecify.annotations.NullMarked;
