/** Words compared, and written for a terminal, a shell or a file of YAML. */
@NullMarked
package io.podidentity.podid.text;

import org.jspecify.annotations.NullMarked;
