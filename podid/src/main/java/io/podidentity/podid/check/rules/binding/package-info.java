/** Rules about labels, bindings and namespaces: C3 to C6. */
@NullMarked
package io.podidentity.podid.check.rules.binding;

import org.jspecify.annotations.NullMarked;
