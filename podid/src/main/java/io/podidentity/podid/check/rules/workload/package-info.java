/** Rules about workload identity: C15, C17. */
@NullMarked
package io.podidentity.podid.check.rules.workload;

import org.jspecify.annotations.NullMarked;
