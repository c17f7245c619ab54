/** Who am I, from which source, until when. */
@NullMarked
package io.podidentity.demo.identity;

import org.jspecify.annotations.NullMarked;
