/** The API server of the emulated cluster, read-only: start at {@code KubernetesApi}. */
@NullMarked
package io.podidentity.emulator.apiserver;

import org.jspecify.annotations.NullMarked;
