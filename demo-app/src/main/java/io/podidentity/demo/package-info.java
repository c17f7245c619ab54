/** The demo: which identity do I have, and which blobs can I read with it. */
@NullMarked
package io.podidentity.demo;

import org.jspecify.annotations.NullMarked;
