/** {@code podid check} in a Maven build: start at {@code CheckMojo}. */
@NullMarked
package io.podidentity.podid.maven;

import org.jspecify.annotations.NullMarked;
