! The function of surface.py in Fortran:
!     gfortran -O2 -shared -fPIC -o libsurface.so surface.f90
subroutine potential(n, r, theta_a, theta_b, phi, r_a, r_b, v) bind(C, name="potential")
  use iso_c_binding, only: c_int, c_double
  implicit none
  integer(c_int), value :: n
  real(c_double), intent(in) :: r(n), theta_a(n), theta_b(n), phi(n), r_a(n), r_b(n)
  real(c_double), intent(out) :: v(n)
  real(c_double) :: c_a, c_b, u, s_a, s_b, size, wall, far, c_6, q_a, q_b, angular
  integer :: i
  do i = 1, n
    c_a = cos(theta_a(i))
    c_b = cos(theta_b(i))
    u = sin(theta_a(i)) * sin(theta_b(i)) * cos(phi(i))
    s_a = r_a(i) - 2.07d0
    s_b = r_b(i) - 1.40d0
    size = 0.45d0 * c_a**2 + 0.15d0 * c_b**2 + s_a * (0.1d0 + 0.4d0 * c_a**2) &
         + s_b * (0.25d0 + 0.2d0 * c_b**2)
    wall = 25.0d0 * exp(-1.85d0 * (r(i) - size))
    far = r(i)**2 + 6.0d0
    c_6 = (32.0d0 + 8.0d0 * s_a + 14.0d0 * s_b) * (1.0d0 + 0.15d0 * c_a**2 + 0.1d0 * c_b**2)
    q_a = -1.12d0 + 0.95d0 * s_a
    q_b = 0.46d0 + 0.6d0 * s_b
    angular = 0.75d0 * (1.0d0 - 5.0d0 * (c_a**2 + c_b**2) - 15.0d0 * (c_a * c_b)**2 &
         + 2.0d0 * (4.0d0 * c_a * c_b - u)**2)
    v(i) = wall - c_6 / far**3 + q_a * q_b * angular / far**2.5d0
  end do
end subroutine potential
