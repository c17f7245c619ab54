/** The command {@code run}: borrows a workload's identity for a program here. Start at {@code RunCommand}. */
@NullMarked
package io.podidentity.podid.run;

import org.jspecify.annotations.NullMarked;
