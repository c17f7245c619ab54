/** Words compared, and made fit for a terminal: {@code EditDistance}, {@code PrintableWriter}. */
@NullMarked
package io.podidentity.podid.text;

import org.jspecify.annotations.NullMarked;
