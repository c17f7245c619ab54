/** {@code podid explain --log}: what known lines of logs mean. Start at {@code LogReading}. */
@NullMarked
package io.podidentity.podid.explain.log;

import org.jspecify.annotations.NullMarked;
