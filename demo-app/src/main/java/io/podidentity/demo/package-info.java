/**
 * The demo: which identity do I have, and which blobs can I read with it. To copy something, begin with the package
 * {@code sample}.
 */
@NullMarked
package io.podidentity.demo;

import org.jspecify.annotations.NullMarked;
