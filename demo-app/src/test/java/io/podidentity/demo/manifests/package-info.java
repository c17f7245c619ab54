/** Checks what {@code k8s/} renders to: against the shapes that the API takes, and one object against the others. */
@NullMarked
package io.podidentity.demo.manifests;

import org.jspecify.annotations.NullMarked;
