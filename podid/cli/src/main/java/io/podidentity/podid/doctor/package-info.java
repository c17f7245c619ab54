/**
 * {@code podid doctor}: what keeps the pods of a running cluster from their identity. Start at {@code DoctorCommand}.
 */
@NullMarked
package io.podidentity.podid.doctor;

import org.jspecify.annotations.NullMarked;
