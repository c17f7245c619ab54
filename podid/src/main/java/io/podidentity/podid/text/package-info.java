/** Words compared: start at {@code EditDistance}. */
@NullMarked
package io.podidentity.podid.text;

import org.jspecify.annotations.NullMarked;
