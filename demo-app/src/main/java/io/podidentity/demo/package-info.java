/** The demo: which identity do I have, and which blobs does it let me read. */
@NullMarked
package io.podidentity.demo;

import org.jspecify.annotations.NullMarked;
