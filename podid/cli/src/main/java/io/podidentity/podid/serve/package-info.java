/** {@code podid serve}: start at {@code ServeCommand}. */
@NullMarked
package io.podidentity.podid.serve;

import org.jspecify.annotations.NullMarked;
